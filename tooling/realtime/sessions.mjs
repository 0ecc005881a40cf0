/** `node tooling/realtime/sessions.mjs [sessions]`: what an open HTTP/2 session without streams takes in V8, as browsers leave them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeCertificate } from '../benchmark/certificate.mjs';
import { nodeVersion } from '../benchmark/machine.mjs';
import { killAll } from '../soak/processes.mjs';
import { assertDescriptors } from './descriptors.mjs';
import { measureIdle, Pair } from './measure.mjs';
import { IDLE, serversFor } from './scenarios.mjs';

const sessions = Number(process.argv[2] ?? 1000);

const folder = mkdtempSync(join(tmpdir(), 'sessions-'));
try {
  assertDescriptors(sessions);
  const certificate = await makeCertificate(folder);
  console.log(`Node ${nodeVersion(process.execPath)}, ${sessions} sessions`);
  for (const { name, title } of serversFor(IDLE)) {
    const pair = new Pair({ server: name, scenario: IDLE, certificate, node: process.execPath });
    console.log(`${title}: ${(await measureIdle(pair, sessions)).toFixed(0)} bytes each`);
    await pair.end();
  }
} finally {
  await killAll();
  rmSync(folder, { recursive: true });
}
