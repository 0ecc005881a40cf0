import { inGroups } from './cases.mjs';
import { load } from './load.mjs';
import { startAnswering } from './start-answering.mjs';

/** @import { Case, Protocol } from './cases.mjs' */
/** @import { Certificate } from './certificate.mjs' */
/** @import { Framework } from './frameworks.mjs' */
/** @import { ServerProcess } from './server-process.mjs' */

/**
 * @typedef {object} Sample One round of one framework.
 * @property {number} perSecond requests
 * @property {number | undefined} cpu of the server, in microseconds for a request
 * @property {number | undefined} busy which part of its core the server had: below 1, something else held it up
 * @property {number | undefined} memory of the server right after the load, in MiB
 */

/** @typedef {{ of: Case, framework: Framework, samples: Sample[] }} Measured */

/**
 * @typedef {object} Settings
 * @property {string} node the binary
 * @property {Protocol} protocol
 * @property {readonly Framework[]} frameworks
 * @property {Certificate} certificate
 * @property {(line: string) => void} log
 */

/** What a fresh server gets before anything counts, in seconds: it takes 1 to 2 for all to be compiled. */
const WARM_UP = 2;

/**
 * Requests a second, round by round: all frameworks of a group of cases take turns, each in a process of its own that
 * lives through all rounds.
 *
 * @param {Settings & { cases: readonly Case[], rounds: number, seconds: number }} settings
 * @returns {Promise<Measured[]>}
 */
export async function measureThroughput({ cases, rounds, seconds, ...settings }) {
  /** @type {Measured[]} */
  const all = [];
  for (const group of inGroups(cases)) {
    /** @type {(Measured & { server: ServerProcess })[]} */
    const runners = [];
    try {
      for (const of of group) {
        for (const framework of settings.frameworks) {
          if (of.only !== undefined && of.only !== framework.name) continue;
          runners.push({ of, framework, server: await startWarm(of, framework, settings), samples: [] });
        }
      }
      for (let round = 0; round < rounds; round++) {
        // Nobody is always the first.
        const order = [...runners.slice(round % runners.length), ...runners.slice(0, round % runners.length)];
        for (const runner of order) {
          const sample = await measure(runner, settings.protocol, seconds);
          runner.samples.push(sample);
          settings.log(line(`${round + 1}/${rounds}`, settings.protocol, runner, sample));
        }
      }
    } finally {
      await Promise.all(runners.map(({ server }) => server.stop()));
    }
    all.push(...runners.map(({ of, framework, samples }) => ({ of, framework, samples })));
  }
  return all;
}

/** @param {Case} of @param {Framework} framework @param {Settings} settings */
async function startWarm(of, framework, settings) {
  const server = await startAnswering(of, framework, settings);
  await load(settings.protocol, server.port, of, WARM_UP);
  return server;
}

/**
 * @param {Measured & { server: ServerProcess }} runner
 * @param {Protocol} protocol
 * @param {number} seconds
 * @returns {Promise<Sample>}
 */
async function measure({ of, framework, server }, protocol, seconds) {
  const cpuBefore = server.cpuSeconds;
  const started = performance.now();
  const { requests, perSecond } = await load(protocol, server.port, of, seconds).catch((cause) => {
    server.assertAlive(framework.name);
    throw new Error(`${framework.name}, ${of.name} over ${protocol}: ${cause.message}`, { cause });
  });
  const took = (performance.now() - started) / 1000;
  const { memory, cpuSeconds } = server;
  const used = cpuSeconds === undefined || cpuBefore === undefined ? undefined : cpuSeconds - cpuBefore;
  return {
    perSecond,
    cpu: used === undefined ? undefined : (used / requests) * 1e6,
    busy: used === undefined ? undefined : used / took,
    memory,
  };
}

/** @param {string} round @param {Protocol} protocol @param {Measured} measured @param {Sample} sample */
function line(round, protocol, { of, framework }, { perSecond, cpu, busy }) {
  const figures = [
    `${perSecond.toFixed(0).padStart(7)} req/s`,
    ...(cpu === undefined ? [] : [`${cpu.toFixed(1).padStart(7)} µs CPU`]),
    ...(busy === undefined ? [] : [`${(busy * 100).toFixed(0).padStart(3)} % busy`]),
  ];
  return `${protocol} ${of.name.padEnd(12)} ${round}  ${framework.name.padEnd(16)} ${figures.join('  ')}`;
}
