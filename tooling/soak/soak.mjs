/**
 * `pnpm soak`: does a server leak? For minutes, clients of both protocols send normal and abusive traffic, while route files
 * change. At every pause, the server must be as it was after the warm-up, with the same number of descriptors, handles and
 * listeners, and a heap that does not grow.
 */
import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { FROM_SOURCE } from '../from-source.mjs';
import { changes } from './changes.mjs';
import { runCommand } from './command.mjs';
import { problemsOfGrowth } from './growth.mjs';
import { Child } from './processes.mjs';
import { pivot, table } from './table.mjs';

/** @import { Sample } from './growth.mjs' */
/** @import { Snapshot } from './server/snapshot.ts' */
/** @import { Count } from './traffic/client.mjs' */

// The number of parts of a run. Every other part has no reloads, which keep memory: see growth.mjs.
const PARTS = 10;
// The warm-up lasts until V8 has optimised most of the code.
const WARM_UP = { requests: 4000, part: 3000, mostParts: 20 };
// The maximum number of problems to print.
const SHOWN = 40;
// They exist from their first use on.
const STANDARD_STREAMS = new Set(['PipeWrap', 'TTYWRAP', 'TTYWrap']);
// Milliseconds in which a server becomes idle after its clients have left.
const SETTLES = 5000;
/**
 * Resources that must not exist without clients. A connection that has just ended may have left a timer that still runs for a
 * moment. @param {string} change
 */
function isTraffic(change) {
  const [, before, now] = /^resource Timeout: (\d+), then (\d+)$/.exec(change) ?? [];
  return /^(?:connection|session|handler) /.test(change) || Number(now) > Number(before);
}

await runCommand(['minutes', 'seconds'], (folder, { minutes = 10, seconds = minutes * 60 }) => {
  layOut(folder);
  return soak(folder, seconds);
});

/** Creates the folder of an app. @param {string} folder */
function layOut(folder) {
  cpSync(join(import.meta.dirname, 'server/app'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'download.bin'), Buffer.alloc(1_048_576, 'd'));
  mkdirSync(join(folder, 'node_modules'));
  const zod = fileURLToPath(new URL('.', import.meta.resolve('zod/package.json')));
  symlinkSync(realpathSync(zod), join(folder, 'node_modules/zod'));
}

/** @param {string} folder @param {number} seconds */
async function soak(folder, seconds) {
  const server = Child.start(join(import.meta.dirname, 'server/server.ts'), {
    cwd: folder,
    execArgv: ['--expose-gc', ...FROM_SOURCE],
  });
  const urls = await server.ask('urls');
  const ca = readFileSync(join(folder, '.blaize/ssl/cert.pem'), 'utf8');
  const client = Child.start(join(import.meta.dirname, 'traffic/client.mjs'), { cwd: folder });
  await client.ask('meet', { ...urls, ca, folder });

  const fresh = await server.ask('snapshot');

  console.log(
    `Warming up; then ${seconds} s of traffic in ${PARTS} parts, on Node ${process.versions.node}.\n`,
  );
  const part = (seconds * 1000) / PARTS;
  /** @param {boolean} reloading @param {number} milliseconds @returns {Promise<Count[]>} */
  const traffic = async (reloading, milliseconds) => {
    await client.ask('go', { reloading });
    await setTimeout(milliseconds);
    return client.ask('pause');
  };
  for (let number = 0, requests = 0; requests < WARM_UP.requests && number < WARM_UP.mostParts; number++) {
    requests = total(await traffic(number % 2 === 0, WARM_UP.part));
  }
  const { snapshot: baseline, changed: left } = await comeToRest(server, fresh, isTraffic);

  const problems = left.map((change) => `After the warm-up, ${change}`);
  /** @type {Count[]} */
  let counts = [];
  /** @type {Sample[]} */
  const samples = [];
  /** @type {(string | number)[][]} */
  const rows = [];
  for (let number = 1; number <= PARTS; number++) {
    counts = await traffic(number % 2 === 1, part);
    const { snapshot, changed, took } = await comeToRest(server, baseline);
    const requests = total(counts);
    samples.push({ memory: snapshot.memory, requests, reloads: snapshot.reloads });
    rows.push([number, requests, snapshot.reloads, toMiB(snapshot.memory), toMiB(snapshot.resident), took]);
    problems.push(...changed.map((change) => `After part ${number}, ${change}`));
  }
  const { faults } = await server.ask('snapshot');
  problems.push(...(await problemsOfClose(server)));
  await Promise.all([client.kill(), server.kill()]);

  console.log(`${countsTable(counts)}\n`);
  console.log(
    table(['part', 'requests', 'reloads', 'memory, MiB', 'resident, MiB', 'at rest after, ms'], rows),
  );
  problems.push(
    ...problemsOfGrowth(samples),
    ...faults.map((/** @type {string} */ fault) => `The server: ${fault}`),
  );
  for (const { kind, protocol, failures } of counts) {
    problems.push(...failures.map((failure) => `${kind}, ${protocol}: ${failure}`));
  }
  for (const problem of problems.slice(0, SHOWN)) console.error(problem);
  console.log(problems.length === 0 ? '\nNo leaks found.' : `\n${problems.length} failures.`);
  return problems.length === 0;
}

/**
 * Waits until a server has the same resources as before.
 *
 * @param {Child} server
 * @param {Snapshot} before
 * @param {(change: string) => boolean} [isCounted] default: every change is
 */
async function comeToRest(server, before, isCounted = () => true) {
  const begun = performance.now();
  for (;;) {
    /** @type {Snapshot & { reloads: number }} */
    const snapshot = await server.ask('snapshot');
    const changed = changes(before.counts, snapshot.counts).filter(isCounted);
    const took = Math.round(performance.now() - begun);
    if (changed.length === 0 || took > SETTLES) return { snapshot, changed, took };
    await setTimeout(50);
  }
}

/** Checks that a closed server does not keep its process alive. @param {Child} server */
async function problemsOfClose(server) {
  await server.ask('close');
  const begun = performance.now();
  for (;;) {
    /** @type {{ before: Record<string, number>, now: Record<string, number> }} */
    const { before, now } = await server.ask('resources');
    const left = Object.entries(now).filter(
      ([kind, count]) => count > (before[kind] ?? 0) && !STANDARD_STREAMS.has(kind),
    );
    if (left.length === 0 || performance.now() - begun > SETTLES) {
      return left.map(([kind, count]) => `After close(), ${kind}: ${count}`);
    }
    await setTimeout(50);
  }
}

/** @param {readonly Count[]} counts */
function total(counts) {
  return counts.reduce((sum, { good }) => sum + good, 0);
}

/** @param {readonly Count[]} counts */
function countsTable(counts) {
  return pivot(
    'kind',
    counts.map(({ kind, protocol, good, failures }) => ({
      row: kind,
      column: protocol,
      cell: failures.length === 0 ? String(good) : `${good}, ${failures.length} failed`,
    })),
  );
}

/** @param {number} bytes */
function toMiB(bytes) {
  return (bytes / 1_048_576).toFixed(2);
}
