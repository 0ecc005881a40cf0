import { describe, expect, it } from 'vitest';

import { CASES } from './cases.mjs';
import { FRAMEWORKS } from './frameworks.mjs';
import { report, table } from './report.mjs';

/** @import { Measured, Sample } from './throughput.mjs' */

/** @param {string} framework @param {string} name @param {[perSecond: number, cpu: number | undefined][]} rounds */
function measured(framework, name, rounds) {
  /** @type {Measured} */
  const one = {
    of: CASES.find((other) => other.name === name) ?? expect.fail(name),
    framework: FRAMEWORKS.find((other) => other.name === framework) ?? expect.fail(framework),
    samples: rounds.map(([perSecond, cpu]) => ({ perSecond, cpu, busy: 0.987, memory: 80.4 })),
  };
  return one;
}

/** The cells of the row of a table that begins with a name. @param {string} text @param {string} heading @param {string} name */
function row(text, heading, name) {
  const section = text.slice(text.indexOf(`### ${heading}`)).split('\n\n')[1] ?? '';
  const line = section.split('\n').find((other) => other.startsWith(`| ${name} `)) ?? '';
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

describe('table', () => {
  it('is Markdown with left-aligned names and right-aligned numbers', () => {
    expect(
      table(
        ['', 'requests'],
        [
          ['node:http', '1,234'],
          ['h3', '7'],
        ],
      ),
    ).toBe(
      [
        '|           | requests |',
        '| --------- | -------: |',
        '| node:http |    1,234 |',
        '| h3        |        7 |',
      ].join('\n'),
    );
  });
});

describe('report', () => {
  const throughput = [
    measured('raw-http', 'json', [
      [2000, 10],
      [200, 10],
      [2200, 10],
    ]),
    measured('blaize', 'json', [
      [1500, 12.5],
      [150, 12.5],
      [1650, 12.5],
    ]),
    measured('fastify', 'json', [
      [1000, 20],
      [100, 20],
      [1100, 20],
    ]),
    measured('blaize', 'chain', [
      [1350, 15],
      [135, 15],
      [1485, 15],
    ]),
  ];
  const text = report({ node: '20.20.2', protocol: 'h1', throughput, startUp: [] });

  it('says what was measured', () => {
    expect(text).toMatch(/^## Node 20\.20\.2: HTTP\/1\.1 in cleartext, wrk with 64 connections\n/);
  });

  it('has medians, the range, and the ratios to bare Node and to Fastify, by time and by CPU time', () => {
    expect(row(text, 'json', 'BlaizeJS')).toEqual([
      '1,500',
      '150–1,650',
      '0.75',
      '1.50',
      '12.5',
      '0.80',
      '1.60',
      '99 %',
      '80',
    ]);
  });

  it('has all cases at a glance, by time and by CPU time', () => {
    expect(row(text, 'As a multiple of Fastify', 'BlaizeJS')).toEqual(['1.50 (1.60)']);
    expect(row(text, 'As a multiple of node:http', 'BlaizeJS')).toEqual(['0.75 (0.80)']);
  });

  it('leaves out what was not measured', () => {
    expect(row(text, 'chain', 'BlaizeJS').slice(2, 4)).toEqual(['–', '–']);
  });

  it('shows the cost of middleware', () => {
    expect(row(text, 'What five async middlewares cost', 'BlaizeJS')).toEqual([
      '1,500',
      '1,350',
      '10.0 %',
      '20.0 %',
    ]);
  });

  it('works without CPU times, which only Linux reports', () => {
    const one = measured('blaize', 'json', [[1500, undefined]]);
    const other = report({ node: '20.20.2', protocol: 'h1', throughput: [one], startUp: [] });
    expect(row(other, 'json', 'BlaizeJS').slice(4, 7)).toEqual(['–', '–', '–']);
  });

  it('has start-up times and idle memory', () => {
    const framework = FRAMEWORKS.find(({ name }) => name === 'hono') ?? expect.fail();
    const startUp = [{ framework, times: [160, 150, 300], cpu: [110, 120, 130], memory: [61, 62, 60.5] }];
    const other = report({ node: '20.20.2', protocol: 'h2', throughput: [], startUp });
    expect(row(other, 'Start-up', 'Hono')).toEqual(['160', '150–300', '120', '61.0']);
  });
});
