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
 * @property {number | undefined} cpu CPU time of the server per request, in microseconds
 * @property {number | undefined} busy the share of its core that the server used: if below 1, something else was the
 * bottleneck
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

/** Seconds of load before measuring: a fresh server takes 1 to 2 until all of it is compiled. */
const WARM_UP = 2;

/**
 * Requests per second, round by round: all frameworks of a group of cases take turns. Each turn has its own process, since
 * two processes of the same server may differ by a quarter for their whole life.
 *
 * @param {Settings & { cases: readonly Case[], rounds: number, seconds: number }} settings
 * @returns {Promise<Measured[]>}
 */
export async function measureThroughput({ cases, rounds, seconds, ...settings }) {
  /** @type {Measured[]} */
  const all = [];
  for (const group of inGroups(cases)) {
    const measured = group.flatMap((of) =>
      settings.frameworks
        .filter(({ name }) => of.only?.includes(name) ?? true)
        .map((framework) => ({ of, framework, samples: /** @type {Sample[]} */ ([]) })),
    );
    for (let round = 0; round < rounds; round++) {
      // Each round starts with another one.
      const first = round % measured.length;
      for (const each of [...measured.slice(first), ...measured.slice(0, first)]) {
        const sample = await takeTurn(each, settings, seconds);
        each.samples.push(sample);
        settings.log(line(`${round + 1}/${rounds}`, settings.protocol, each, sample));
      }
    }
    all.push(...measured);
  }
  return all;
}

/** @param {Measured} measured @param {Settings} settings @param {number} seconds */
async function takeTurn({ of, framework }, settings, seconds) {
  const server = await startAnswering(of, framework, settings);
  try {
    await load(settings.protocol, server.port, of, WARM_UP);
    return await measure({ of, framework, server }, settings.protocol, seconds);
  } finally {
    await server.stop();
  }
}

/**
 * @param {{ of: Case, framework: Framework, server: ServerProcess }} runner
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
