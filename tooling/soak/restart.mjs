/**
 * `pnpm soak:restart`: is a request lost when a server is restarted? A process owns the ports, as in production
 * (`node:cluster`), and replaces its only worker again and again, with a new one that listens before the old one gets its
 * SIGTERM, while clients of both protocols send requests.
 */
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { FROM_SOURCE } from '../from-source.mjs';
import { runCommand } from './command.mjs';
import { Child } from './processes.mjs';
import { table } from './table.mjs';

/** @import { Tally } from './restart/client.mjs' */

// Milliseconds of load before a restart, so that the clients are in random states.
const LOAD = { least: 150, most: 450 };

await runCommand(['restarts'], (folder, { restarts = 50 }) => restartUnderLoad(folder, restarts));

/** @param {string} folder @param {number} restarts */
async function restartUnderLoad(folder, restarts) {
  cluster.setupPrimary({
    exec: join(import.meta.dirname, 'restart/worker.ts'),
    execArgv: FROM_SOURCE,
    cwd: folder,
    serialization: 'advanced',
  });
  let { worker, urls } = await startWorker();
  const ca = readFileSync(join(folder, '.blaize/ssl/cert.pem'), 'utf8');
  const client = Child.start(join(import.meta.dirname, 'restart/client.mjs'), { cwd: folder });
  await client.ask('begin', { ...urls, ca });

  const begun = performance.now();
  /** @type {string[]} */
  const problems = [];
  /** @type {number[]} */
  const took = [];
  for (let restart = 1; restart <= restarts; restart++) {
    const [next] = await Promise.all([startWorker(), load()]);
    await client.ask('restart', restart);
    const told = performance.now();
    worker.process.kill('SIGTERM');
    const how = await worker.exit;
    took.push(performance.now() - told);
    if (how !== 'exit code 0') problems.push(`restart ${restart}: the old worker ended with ${how}`);
    if (next.urls.https !== urls.https || next.urls.http !== urls.http)
      throw new Error('A worker listens on another port.');
    worker = next.worker;
    process.stdout.write('.');
  }
  await load();
  const tallies = /** @type {Tally[]} */ (await client.ask('end'));
  await Promise.all([client.kill(), worker.kill()]);

  const seconds = Math.round((performance.now() - begun) / 1000);
  const slowest = Math.round(Math.max(...took));
  console.log(
    `\n\n${restarts} restarts in ${seconds} s on Node ${process.versions.node}; the slowest took ${slowest} ms to drain\n`,
  );
  return report(tallies, problems);
}

async function startWorker() {
  const worker = new Child(cluster.fork({ NODE_ENV: 'production' }).process);
  const urls = await new Promise((resolve, reject) => {
    worker.onNews('listening', resolve);
    void worker.exit.then((how) => reject(new Error(`A worker ended before it listened (${how}).`)));
  });
  return { worker, urls: /** @type {{ http: string, https: string }} */ (urls) };
}

function load() {
  return setTimeout(LOAD.least + Math.random() * (LOAD.most - LOAD.least));
}

/** @param {Tally[]} tallies @param {string[]} problems */
function report(tallies, problems) {
  const rows = tallies.map(({ protocol, answered, connections, retries, failures }) => [
    protocol,
    answered,
    connections,
    Object.entries(retries)
      .map(([reason, count]) => `${count} ${reason}`)
      .join(', ') || 0,
    failures.length,
  ]);
  console.log(table(['protocol', 'answered', 'connections', 'sent again', 'failed'], rows));
  for (const { protocol, failures } of tallies)
    problems.push(...failures.map((failure) => `${protocol}, ${failure}`));
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? 'No request was lost.' : `${problems.length} failures.`);
  return problems.length === 0;
}
