/** The results as Markdown that is also readable in a terminal. */
import { BUILT_IN } from './cases.mjs';
import { FLOOR, RIVAL } from './frameworks.mjs';
import { LOAD } from './load.mjs';
import { median, ratio } from './statistics.mjs';

/** @import { Protocol } from './cases.mjs' */
/** @import { Started } from './start-up.mjs' */
/** @import { Measured, Sample } from './throughput.mjs' */

/**
 * @typedef {object} Run One protocol on one version of Node.
 * @property {string} node its version
 * @property {Protocol} protocol
 * @property {readonly Measured[]} throughput
 * @property {readonly Started[]} startUp
 */

const NONE = '–';

/** Pairs of cases, the first of which is compared with the second. */
const COSTS = [
  { title: 'five async middlewares', name: 'chain', base: 'json' },
  { title: 'five middlewares of onRequest and onSend', name: 'hooks', base: 'json' },
  ...Object.keys(BUILT_IN).map((name) => ({ title: name, name, base: 'json' })),
  { title: '10,000 routes against 10', name: 'routes-10000', base: 'routes-10' },
];

/** @param {Run} run */
export function report({ node, protocol, throughput, startUp }) {
  const parts = [`## Node ${node}: ${LOAD[protocol]}`];
  const names = [...new Set(throughput.map(({ of }) => of.name))];
  for (const standard of [RIVAL, FLOOR[protocol]]) {
    const title = throughput.find(({ framework }) => framework.name === standard)?.framework.title;
    if (names.length < 2 || title === undefined) continue;
    parts.push(
      `### As a multiple of ${title}, by CPU time in brackets`,
      overview(throughput, names, standard),
    );
  }
  for (const name of names) {
    const measured = throughput.filter(({ of }) => of.name === name);
    parts.push(`### ${name}: ${measured[0]?.of.title ?? ''}`, throughputTable(protocol, measured));
  }
  for (const { title, name, base } of COSTS) {
    const rows = costs(throughput, name, base);
    if (rows.length > 0) {
      parts.push(
        `### What ${title} cost`,
        table(['', `${base}, requests/s`, `${name}, requests/s`, 'slower by', 'more CPU by'], rows),
      );
    }
  }
  if (startUp.length > 0) {
    parts.push(
      '### Start-up and idle memory',
      table(
        ['', 'ms to the first answer', 'min–max', 'ms of CPU', 'MiB then'],
        startUp.map(({ framework, times, cpu, memory }) => [
          framework.title,
          fixed(median(times), 0),
          range(times, 0),
          cpu.length > 0 ? fixed(median(cpu), 0) : NONE,
          memory.length > 0 ? fixed(median(memory), 1) : NONE,
        ]),
      ),
    );
  }
  return parts.join('\n\n');
}

/**
 * All cases at a glance, against one framework: by time, and by CPU time in brackets.
 *
 * @param {readonly Measured[]} throughput
 * @param {readonly string[]} names of cases
 * @param {string} standard the framework's name
 */
function overview(throughput, names, standard) {
  const compared = names.filter((name) => throughput.some((one) => is(one, name, standard)));
  const frameworks = [...new Set(throughput.map(({ framework }) => framework))];
  const rows = frameworks.map(({ name: framework, title }) => [
    title,
    ...compared.map((name) => {
      const own = throughput.find((one) => is(one, name, framework));
      const other = throughput.find((one) => is(one, name, standard));
      return own && other ? `${byTime(own, other)} (${byCpu(own, other)})` : NONE;
    }),
  ]);
  return table(['', ...compared], rows);
}

/** @param {Protocol} protocol @param {readonly Measured[]} measured */
function throughputTable(protocol, measured) {
  const floor = measured.find(({ framework }) => framework.name === FLOOR[protocol]);
  const rival = measured.find(({ framework }) => framework.name === RIVAL);
  const rows = measured.map((one) => [
    one.framework.title,
    fixed(median(perSecond(one)), 0),
    range(perSecond(one), 0),
    floor ? byTime(one, floor) : NONE,
    rival ? byTime(one, rival) : NONE,
    middle(one, 'cpu', (cpu) => fixed(cpu, 1)),
    floor ? byCpu(one, floor) : NONE,
    rival ? byCpu(one, rival) : NONE,
    middle(one, 'busy', (busy) => `${fixed(busy * 100, 0)} %`),
    middle(one, 'memory', (memory) => fixed(memory, 0)),
  ]);
  const head = ['', 'requests/s', 'min–max', '× raw', '× Fastify'];
  return table([...head, 'µs CPU/request', 'CPU × raw', 'CPU × Fastify', 'core busy', 'MiB'], rows);
}

/** @param {readonly Measured[]} throughput @param {string} name @param {string} base */
function costs(throughput, name, base) {
  return throughput.flatMap((one) => {
    const bare = throughput.find((other) => is(other, base, one.framework.name));
    if (one.of.name !== name || !bare) return [];
    const slower = 1 - ratio(perSecond(one), perSecond(bare));
    const cpu = [figures(one, 'cpu'), figures(bare, 'cpu')];
    const more = cpu[0] && cpu[1] ? percent(ratio(cpu[0], cpu[1]) - 1) : NONE;
    const [without, with_] = [median(perSecond(bare)), median(perSecond(one))];
    return [[one.framework.title, fixed(without, 0), fixed(with_, 0), percent(slower), more]];
  });
}

/** @param {Measured} measured @param {string} name @param {string} framework */
function is(measured, name, framework) {
  return measured.of.name === name && measured.framework.name === framework;
}

/** @param {Measured} measured */
function perSecond({ samples }) {
  return samples.map((sample) => sample.perSecond);
}

/** @param {Measured} measured @param {'cpu' | 'busy' | 'memory'} key @returns {number[] | undefined} */
function figures({ samples }, key) {
  const values = samples.map((sample) => sample[key]).filter((value) => value !== undefined);
  return values.length === samples.length ? values : undefined;
}

/** @param {Measured} measured @param {'cpu' | 'busy' | 'memory'} key @param {(value: number) => string} show */
function middle(measured, key, show) {
  const values = figures(measured, key);
  return values ? show(median(values)) : NONE;
}

/** The ratio of requests answered in the same time. @param {Measured} one @param {Measured} other */
function byTime(one, other) {
  return ratio(perSecond(one), perSecond(other)).toFixed(2);
}

/** The ratio of requests answered with the same CPU time. @param {Measured} one @param {Measured} other */
function byCpu(one, other) {
  const [own, others] = [figures(one, 'cpu'), figures(other, 'cpu')];
  return own && others ? ratio(others, own).toFixed(2) : NONE;
}

/** @param {number} value @param {number} digits */
function fixed(value, digits) {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** @param {number} part */
function percent(part) {
  return `${(part * 100).toFixed(1)} %`;
}

/** @param {readonly number[]} values @param {number} digits */
function range(values, digits) {
  return `${fixed(Math.min(...values), digits)}–${fixed(Math.max(...values), digits)}`;
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows the first cell is a name, the others are numbers
 */
export function table(head, rows) {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}
