/**
 * `pnpm check:realtime`: a thousand streams and sockets of each kind cost no more than they may, a broadcast reaches all of them,
 * and a client that does not read makes the server grow no further.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildIfStale } from '../benchmark/build.mjs';
import { makeCertificate } from '../benchmark/certificate.mjs';
import { killAll } from '../soak/processes.mjs';
import { assertDescriptors } from './descriptors.mjs';
import { measureCost, measureIdle, measureSlow, Pair } from './measure.mjs';
import { IDLE, SCENARIOS } from './scenarios.mjs';

const CONNECTIONS = 1000;
const MESSAGES = 5000;
// Bytes, half as much again as was measured. In V8, and not of the process: that hardly varies from one machine to the next.
/** @type {Readonly<Record<string, number>>} */
const MOST = { 'ws-h1': 3.5 * 1024, 'ws-h2': 3.5 * 1024, 'sse-h2': 5.5 * 1024 };
const MOST_IDLE = 8 * 1024;
// Of 20 MiB that are sent, no more than 1 MiB waits for one client, and 1,000 events are in the log of a channel.
const MOST_GROWTH = 10 * 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), 'realtime-'));
const failures = [];
try {
  assertDescriptors(CONNECTIONS);
  buildIfStale();
  const certificate = await makeCertificate(folder);
  for (const scenario of SCENARIOS) {
    const pair = new Pair({ server: 'blaize', scenario, certificate, node: process.execPath });
    const { heap, reached } = await measureCost(pair, CONNECTIONS);
    const slow = await measureSlow(pair, MESSAGES);
    await pair.end();
    const most = MOST[scenario.name] ?? 0;
    console.log(
      `${scenario.title}: ${(heap / 1024).toFixed(1)} of ${most / 1024} KiB each, ${reached} of ${CONNECTIONS} reached, ` +
        `past a slow reader + ${(slow.grown / 2 ** 20).toFixed(1)} MiB`,
    );
    if (heap > most || reached < CONNECTIONS || slow.grown > MOST_GROWTH) failures.push(scenario.title);
  }
  const pair = new Pair({ server: 'blaize', scenario: IDLE, certificate, node: process.execPath });
  const idle = await measureIdle(pair, CONNECTIONS);
  await pair.end();
  console.log(`${IDLE.title}: ${(idle / 1024).toFixed(1)} of ${MOST_IDLE / 1024} KiB each`);
  if (idle > MOST_IDLE) failures.push(IDLE.title);
  assert.deepEqual(failures, [], 'They cost too much, or were not reached');
} finally {
  await killAll();
  rmSync(folder, { recursive: true });
}
