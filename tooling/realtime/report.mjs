import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

import { median } from '../benchmark/statistics.mjs';
import { readManifest } from '../workspace.mjs';
import { SLOW_ROOM } from './measure.mjs';
import { ALONE, SCENARIOS, SERVERS } from './scenarios.mjs';

/** @import { Cost, Scenario } from './measure.mjs' */

/**
 * @typedef {object} Run
 * @property {string} server
 * @property {string} scenario
 * @property {string} node version
 * @property {number} count connections
 * @property {Cost} cost
 * @property {{ grown: number, reached: number } | undefined} slow
 */

/** The results in Markdown. @param {readonly Run[]} runs @param {{ connections: number, messages: number, commit: string }} about */
export function report(runs, { connections, messages, commit }) {
  const nodes = [...new Set(runs.map(({ node }) => node))];
  const versions = SERVERS.flatMap(({ packages }) => packages).map(
    (name) => `${name} ${readManifest(join(import.meta.dirname, 'node_modules', name)).version}`,
  );
  const lines = [
    '# What live connections cost',
    '',
    'Made by `pnpm bench:realtime --write`; the [README](./README.md) says how it is measured.',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `- ${connections.toLocaleString('en')} connections; figures are medians of the rounds, in which the servers take turns`,
    `- BlaizeJS at ${commit}, ${versions.join(', ')}`,
    '- **memory**: by which the process (RSS) grows, for each connection. **in V8**: the part of it in its heap and buffers, after garbage collection, which varies less',
    '- **broadcast**: milliseconds until 64 bytes have reached all; the best of five. Other work ran on the machine: compare, do not quote. **peak**: by which the process grows meanwhile',
    `- **slow reader**: by which heap and buffers grow while one of a room of ${SLOW_ROOM} reads nothing, and ${messages.toLocaleString('en')} messages of 4 KiB (${Math.round((messages * 4) / 1024)} MiB) are sent to the room. Some of that is in the buffers of the system`,
  ];
  for (const node of nodes) {
    const rounds = Math.max(
      ...runs
        .filter((run) => run.node === node && run.server === 'blaize')
        .map(
          ({ scenario }) =>
            runs.filter((run) => run.node === node && run.server === 'blaize' && run.scenario === scenario)
              .length,
        ),
    );
    lines.push('', `## Node ${node}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`);
    for (const scenario of [...SCENARIOS, ...ALONE]) {
      const found = runs.filter((run) => run.node === node && run.scenario === scenario.name);
      if (found.length > 0) lines.push('', `### ${scenario.title}`, '', ...table(found));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** @param {readonly Run[]} runs of one Node and scenario @returns {string[]} */
function table(runs) {
  const rows = SERVERS.flatMap(({ name, title }) => {
    const own = runs.filter(({ server }) => server === name);
    const [first] = own;
    if (!first) return [];
    /** @param {(cost: Cost) => number} of */
    const typical = (of) => median(own.map(({ cost }) => of(cost)));
    return [
      [
        title,
        kib(typical(({ rss }) => rss)),
        kib(typical(({ heap }) => heap)),
        `${typical(({ reached }) => reached).toLocaleString('en')} of ${first.count.toLocaleString('en')}`,
        `${Math.round(typical(({ broadcast }) => broadcast))}`,
        `${mib(typical(({ peak }) => peak))}`,
        first.slow ? mib(first.slow.grown) : '–',
      ],
    ];
  });
  const head = ['', 'memory', 'in V8', 'reached', 'broadcast', 'peak', 'slow reader'];
  return [head, ['---', ...head.slice(1).map(() => '---:')], ...rows].map((row) => `| ${row.join(' | ')} |`);
}

/** @param {number} bytes */
function kib(bytes) {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

/** @param {number} bytes */
function mib(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
