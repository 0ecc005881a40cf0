/** `pnpm bench:realtime`: what idle streams and sockets cost, a broadcast to all of them, and a client that does not read. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { buildIfStale } from '../benchmark/build.mjs';
import { makeCertificate } from '../benchmark/certificate.mjs';
import { nodeVersion } from '../benchmark/machine.mjs';
import { killAll } from '../soak/processes.mjs';
import { assertDescriptors } from './descriptors.mjs';
import { measureCost, measureSlow, Pair } from './measure.mjs';
import { report } from './report.mjs';
import { ALONE, SCENARIOS, serversFor } from './scenarios.mjs';

/** @import { Run } from './report.mjs' */

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    /** Rounds in which the servers take turns. */
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '10000' },
    /** Messages that are sent past a client that does not read. */
    messages: { type: 'string', default: '10000' },
    /** Names of servers and of scenarios, with commas between them. */
    only: { type: 'string' },
    scenarios: { type: 'string' },
    /** The Node that runs the servers. */
    node: { type: 'string', multiple: true },
    /** A file that keeps what was measured, so that a later call adds to it. */
    runs: { type: 'string' },
    /** Writes RESULTS.md. */
    write: { type: 'boolean', default: false },
  },
});
const [rounds, connections, messages] = [
  Number(values.rounds),
  Number(values.connections),
  Number(values.messages),
];
const only = values.only?.split(',');
const wanted = values.scenarios?.split(',');

const folder = mkdtempSync(join(tmpdir(), 'realtime-'));
try {
  assertDescriptors(connections);
  buildIfStale();
  const certificate = await makeCertificate(folder);
  /** @type {Run[]} */
  const runs = values.runs && existsSync(values.runs) ? JSON.parse(readFileSync(values.runs, 'utf8')) : [];
  for (let round = 0; round < rounds; round++) {
    for (const node of values.node ?? [process.execPath]) {
      for (const scenario of [...SCENARIOS, ...ALONE]) {
        if (wanted && !wanted.includes(scenario.name)) continue;
        // For information: a tenth, once.
        const isAlone = ALONE.includes(scenario);
        if (isAlone && round > 0) continue;
        for (const { name } of serversFor(scenario)) {
          if (only && !only.includes(name)) continue;
          const pair = new Pair({ server: name, scenario, certificate, node });
          const count = isAlone ? Math.ceil(connections / 10) : connections;
          const cost = await measureCost(pair, count);
          const slow =
            round === 0 && !isAlone && messages > 0 ? await measureSlow(pair, messages) : undefined;
          await pair.end();
          runs.push({ server: name, scenario: scenario.name, node: nodeVersion(node), count, cost, slow });
          if (values.runs) writeFileSync(values.runs, JSON.stringify(runs));
          console.log(
            `Node ${nodeVersion(node)}, ${scenario.name}, ${name}: ${(cost.rss / 1024).toFixed(1)} KiB, ` +
              `V8 ${(cost.heap / 1024).toFixed(1)} KiB, ${cost.reached} of ${count} reached in ${Math.round(cost.broadcast)} ms` +
              (slow === undefined ? '' : `, past a slow reader + ${(slow.grown / 2 ** 20).toFixed(1)} MiB`),
          );
        }
      }
      // What is there remains if a later round is stopped.
      const text = report(runs, { connections, messages, commit: commit() });
      if (values.write) writeFileSync(join(import.meta.dirname, 'RESULTS.md'), text);
      else console.log(`\n${text}`);
    }
  }
} finally {
  await killAll();
  rmSync(folder, { recursive: true });
}

function commit() {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
}
