/**
 * `node tooling/benchmark/cold-start.mjs [runs]`: what the first request of a process costs, on Lambda's Node and in workerd, and
 * how large what is deployed is. Bundles of the frameworks take turns.
 *
 * - Lambda: from the import of the module to the answer of its handler, in a new process of Node, without the start of Node.
 * - workerd: from the start of its process to the first answer; the row `nothing` is what workerd itself takes.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { FROM_SOURCE } from '../from-source.mjs';
import { freePort } from '../free-port.mjs';
import { settingsOf } from '../runtimes/bookmarks.mjs';
import { copyAddons } from '../runtimes/sql-over-http.mjs';
import { configuration, WORKERD } from '../worker/workerd.mjs';
import { median } from './statistics.mjs';

const runs = Number(process.argv[2] ?? 15);
const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'blaize-cold-'));
// Nobody asks for the database.
const settings = settingsOf('http://127.0.0.1:9');

/**
 * @typedef {object} Subject
 * @property {string} name
 * @property {string} lambda
 * @property {string} worker
 * @property {string} path
 * @property {number} status
 * @property {Cost[]} onLambda
 * @property {Cost[]} inWorkerd
 *
 * @typedef {{ took: number, cpu: number }} Cost in milliseconds
 */

try {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', WORKERD], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const subjects = [
    await peer('nothing', 'bare'),
    await peer('Hono', 'hono'),
    await peer('h3', 'h3'),
    ours('BlaizeJS', '../runtimes/hello', ['lambda.ts', 'worker.ts']),
    ours(
      'the sample app',
      '../../apps/bookmarks',
      ['serverless/lambda.ts', 'serverless/worker.ts'],
      '/api/tags',
      401,
    ),
  ];
  copyAddons(join(here, '../../apps/bookmarks'), join(folder, 'the sample app/lambda'));
  // The first run of each reads files from the disk, and does not count.
  for (let run = 0; run <= runs; run++) {
    for (const subject of subjects) {
      const onLambda = coldFunction(subject);
      const inWorkerd = await coldWorker(subject);
      if (run === 0) continue;
      subject.onLambda.push(onLambda);
      subject.inWorkerd.push(inWorkerd);
    }
  }
  print(subjects);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} name @param {string} file @returns {Promise<Subject>} */
async function peer(name, file) {
  for (const target of /** @type {const} */ (['lambda', 'worker'])) {
    await build({
      entryPoints: [join(here, 'cold', `${file}.mjs`)],
      outfile: join(folder, name, target, target === 'lambda' ? 'lambda.mjs' : 'worker.js'),
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      platform: target === 'lambda' ? 'node' : 'neutral',
      mainFields: ['module', 'main'],
      conditions: target === 'lambda' ? ['node'] : ['workerd', 'worker', 'browser'],
      external: ['node:*'],
      logLevel: 'error',
    });
  }
  return subject(name, '/', 200);
}

/** @param {string} name @param {string} app @param {string[]} entries @returns {Subject} */
function ours(name, app, entries, path = '/', status = 200) {
  const bin = join(here, '../../packages/cli/src/bin.ts');
  const blaize = [...FROM_SOURCE, bin, 'build'];
  for (const [index, target] of ['lambda', 'worker'].entries()) {
    const args = ['--target', target, '--entry', entries[index] ?? '', '--outdir', join(folder, name)];
    execFileSync(process.execPath, [...blaize, ...args], { cwd: join(here, app), stdio: 'ignore' });
  }
  return subject(name, path, status);
}

/** @param {string} name @param {string} path @param {number} status @returns {Subject} */
function subject(name, path, status) {
  mkdirSync(join(folder, name), { recursive: true });
  const [lambda, worker] = [join(folder, name, 'lambda/lambda.mjs'), join(folder, name, 'worker/worker.js')];
  return { name, lambda, worker, path, status, onLambda: [], inWorkerd: [] };
}

/** @param {Subject} subject @returns {Cost} */
function coldFunction({ lambda, path, status }) {
  const args = [join(here, 'cold/first-answer.mjs'), lambda, path, String(status)];
  const env = { ...process.env, ...settings, NODE_ENV: 'production' };
  const out = execFileSync(process.execPath, args, { env, encoding: 'utf8' });
  const [took = NaN, cpu = NaN] = out.slice(out.lastIndexOf('\n')).split(' ').map(Number);
  return { took, cpu };
}

/** @param {Subject} subject @returns {Promise<Cost>} */
async function coldWorker({ worker, path, status }) {
  const port = await freePort();
  writeFileSync(join(dirname(worker), 'config.capnp'), configuration(port, settings));
  const begun = performance.now();
  const workerd = join(folder, 'node_modules/@cloudflare/workerd-linux-64/bin/workerd');
  const child = spawn(workerd, ['serve', 'config.capnp'], { cwd: dirname(worker), stdio: 'ignore' });
  const exited = once(child, 'exit');
  try {
    for (;;) {
      try {
        const response = await fetch(`http://127.0.0.1:${port}${path}`);
        if (response.status !== status) throw new RangeError(`${worker} answered with ${response.status}.`);
        await response.text();
        return { took: performance.now() - begun, cpu: cpuTimeOf(child.pid) };
      } catch (error) {
        if (error instanceof RangeError || child.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

/** The CPU time that a process has used, in milliseconds: proc(5) has it in ticks of 10 ms. @param {number} [pid] */
function cpuTimeOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** @param {Subject[]} subjects */
function print(subjects) {
  const kib = (/** @type {string} */ file) => (gzipSync(readFileSync(file)).length / 1024).toFixed(1);
  const of = (/** @type {Cost[]} */ costs) =>
    /** @type {const} */ (['took', 'cpu']).map((each) => median(costs.map((cost) => cost[each])).toFixed(0));
  console.log(`Node ${process.versions.node}, ${WORKERD}, ${runs} cold starts each, medians\n`);
  console.log('| | on Lambda, KiB | ms | CPU ms | in workerd, KiB | ms | CPU ms |');
  console.log('| --- | --: | --: | --: | --: | --: | --: |');
  for (const { name, lambda, worker, onLambda, inWorkerd } of subjects) {
    const cells = [name, kib(lambda), ...of(onLambda), kib(worker), ...of(inWorkerd)];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
