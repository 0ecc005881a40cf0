/**
 * `pnpm bench:cluster`: how much more two workers serve than one, with what the load generator takes of the machine; and how long
 * it takes until a worker that was killed is replaced. Needs a machine that does nothing else: compare ratios, not numbers.
 * Requests that a reload loses are counted by the tests: `BLAIZE_RELOADS=100 pnpm test cluster cluster.slow`. RESULTS.md has figures.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

import { bundleFiles } from '../../packages/cluster/test/bundle.ts';
import { makeCertificate } from '../benchmark/certificate.mjs';
import { parseH2load, parseWrk } from '../benchmark/load-output.mjs';
import { median, ratio } from '../benchmark/statistics.mjs';
import { freePort } from '../free-port.mjs';
import { runCommand } from '../soak/command.mjs';
import { Child } from '../soak/processes.mjs';

/** @typedef {{ readonly pid?: number, readonly state: string }} Worker */

// Linux counts the processor time of a process in hundredths of a second.
const TICKS = 100;
const SIZES = [1, 2];

await runCommand(['seconds', 'rounds', 'kills'], async (folder, { seconds = 10, rounds = 3, kills = 10 }) => {
  const at = (/** @type {string} */ file) => join(import.meta.dirname, file);
  await bundleFiles(folder, at('primary.ts'), at('worker.ts'));
  const { keyFile, certFile } = await makeCertificate(folder);
  const ports = [await freePort('localhost'), await freePort('localhost')];
  const args = [...ports.map(String), keyFile, certFile];
  /** @type {Record<string, string[]>} */
  const loads = {
    'HTTP/1.1 in cleartext, wrk with 64 connections': [
      'wrk',
      '-t1',
      '-c64',
      '--timeout',
      '20s',
      `-d${seconds}s`,
      `http://127.0.0.1:${ports[1]}/`,
    ],
    'HTTP/2 over TLS, h2load with 8 sessions of 32 streams': [
      'h2load',
      '-t1',
      '-c8',
      '-m32',
      `-D${seconds}`,
      `https://127.0.0.1:${ports[0]}/`,
    ],
  };
  console.log(
    `${availableParallelism()} cores, Node ${process.versions.node}, ${rounds} rounds of ${seconds} s\n`,
  );
  for (const [name, command] of Object.entries(loads)) {
    /** @type {number[][]} */
    const rates = SIZES.map(() => []);
    /** @type {number[][]} */
    const shares = SIZES.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, workers] of SIZES.entries()) {
        const primary = await start(folder, workers, args);
        const { perSecond, share } = await load(command, seconds);
        rates[index]?.push(perSecond);
        shares[index]?.push(share);
        await primary.ask('close');
        await primary.kill();
      }
    }
    const [one = [], two = []] = rates;
    const percent = shares.map((each) => `${Math.round(100 * median(each))} %`).join(' and ');
    console.log(`${name}: two workers serve ${ratio(two, one).toFixed(2)} times what one does`);
    console.log(`  the generator took ${percent} of a core\n`);
  }
  const times = await killWorkers(folder, args, kills);
  console.log(
    `${kills} workers killed: replaced and ready after ${Math.round(median(times))} ms (median), ${Math.round(Math.max(...times))} ms at most`,
  );
  return true;
});

/** @param {string} cwd @param {number} workers @param {string[]} args */
async function start(cwd, workers, args) {
  const primary = Child.start(join(cwd, 'primary.mjs'), { cwd });
  await primary.ask('start', { workers, args });
  return primary;
}

/** @param {string[]} command @param {number} seconds */
async function load([program = '', ...args], seconds) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let used = 0;
  const timer = setInterval(() => (used = Math.max(used, timeUsedBy(child.pid))), 100);
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  clearInterval(timer);
  if (code !== 0) throw new Error(`${program} ended with exit code ${code}.\n${output}`);
  const { perSecond, errors } = program === 'wrk' ? parseWrk(output) : parseH2load(output);
  if (errors.length > 0) throw new Error(`${errors.join(', ')}\n${output}`);
  return { perSecond, share: used / seconds };
}

/** Seconds of processor time, as long as the process lives. @param {number | undefined} pid */
function timeUsedBy(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return 0;
  }
}

/** @param {string} folder @param {string[]} args @param {number} kills */
async function killWorkers(folder, args, kills) {
  const primary = await start(folder, 2, args);
  /** @returns {Promise<readonly Worker[]>} */
  const workers = () => primary.ask('workers');
  /** @type {number[]} */
  const times = [];
  for (let kill = 0; kill < kills; kill++) {
    const pid = (await workers())[kill % 2]?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    const killed = performance.now();
    while ((await workers()).some((worker) => worker.pid === pid || worker.state !== 'ready')) {
      await setTimeout(5);
    }
    times.push(performance.now() - killed);
    // The other one is next. Each has then served for more than 10 s, and its exit is no crash loop.
    await setTimeout(5500);
  }
  await primary.ask('close');
  await primary.kill();
  return times;
}
