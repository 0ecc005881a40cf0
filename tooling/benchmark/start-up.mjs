import { startAnswering } from './start-answering.mjs';

/** @import { Case } from './cases.mjs' */
/** @import { Framework } from './frameworks.mjs' */
/** @import { Settings } from './throughput.mjs' */

/**
 * @typedef {object} Started
 * @property {Framework} framework
 * @property {number[]} times from the spawn of its process to the first answer, in milliseconds
 * @property {number[]} cpu the CPU time used until then, in milliseconds
 * @property {number[]} memory after that answer, in MiB
 */

/**
 * Measures cold processes, one after the other. The frameworks take turns.
 *
 * @param {Settings & { of: Case, runs: number }} settings
 * @returns {Promise<Started[]>}
 */
export async function measureStartUp({ node, protocol, frameworks, certificate, log, of, runs }) {
  const all = frameworks.map((framework) => {
    /** @type {Started} */
    const started = { framework, times: [], cpu: [], memory: [] };
    return started;
  });
  // The first run of each reads files from the disk, and does not count.
  for (let run = 0; run <= runs; run++) {
    for (const { framework, times, cpu, memory } of all) {
      const begun = performance.now();
      const server = await startAnswering(of, framework, { node, protocol, certificate });
      const took = performance.now() - begun;
      try {
        if (run === 0) continue;
        times.push(took);
        if (server.cpuSeconds !== undefined) cpu.push(server.cpuSeconds * 1000);
        if (server.memory !== undefined) memory.push(server.memory);
        log(`${protocol} start-up     ${run}/${runs}  ${framework.name.padEnd(16)} ${took.toFixed(0)} ms`);
      } finally {
        await server.stop();
      }
    }
  }
  return all;
}
