import { stripVTControlCharacters } from 'node:util';

import { expect, test } from 'vitest';

import { findProject } from './project.ts';
import { terminalError } from './terminal.ts';

const project = findProject(import.meta.dirname);
const here = 'packages/server/src/development/terminal.test.ts';

test('an error has one place with its lines, and a line for each cause', () => {
  // before
  const error = new TypeError('no\nway', { cause: new Error('a\nb', { cause: 'c' }) });
  // after
  const lines = terminalError(error, project, false).split('\n');
  expect(lines).toEqual([
    'TypeError: no',
    'way',
    expect.stringMatching(new RegExp(`^ {4}at ${here}:\\d+:\\d+$`)),
    expect.stringContaining('an error has one place'),
    expect.stringContaining('| ' + '  // before'),
    expect.stringMatching(/^ {2}> *\d+ \| {3}const error = new TypeError/),
    expect.stringMatching(/^ *\| {17}\^$/),
    expect.stringContaining('  // after'),
    expect.stringContaining('const lines'),
    expect.stringMatching(new RegExp(`^ {2}caused by Error: a b at ${here}:\\d+:\\d+$`)),
    '  caused by c',
  ]);
});

test('an error of the framework shows the place in the app that caused it, and repeats nothing', () => {
  const cause = new Error('no database');
  const error = Object.assign(new Error('Plugin "db" failed: no database', { cause }), {
    code: 'ERR_BLAIZE_PLUGIN',
  });
  error.stack = `Error: ${error.message}\n    at f (/x/node_modules/@blaizejs/plugins/dist/index.js:1:2)`;
  const lines = terminalError(error, project, false).split('\n');
  expect(lines.slice(0, 2)).toEqual([
    'Error: Plugin "db" failed: no database (ERR_BLAIZE_PLUGIN)',
    expect.stringMatching(new RegExp(`^ {4}at ${here}:\\d+:\\d+$`)),
  ]);
  expect(lines.join('\n')).not.toMatch(/node_modules|caused by/);
  error.cause = undefined;
  expect(terminalError(error, project, false)).toBe(lines[0]);
});

test('colors appear only on request', () => {
  const error = new Error('no');
  const plain = terminalError(error, project, false);
  const colored = terminalError(error, project, true);
  expect(stripVTControlCharacters(plain)).toBe(plain);
  expect(colored).not.toBe(plain);
  expect(stripVTControlCharacters(colored)).toBe(plain);
});

test('if no call is in the app, the first ones are shown', () => {
  const error = new Error('no');
  error.stack = `Error: no\n${'    at f (node:fs:1:2)\n'.repeat(9)}`;
  expect(terminalError(error, project, false)).toBe(`Error: no${'\n    at node:fs:1:2 in f'.repeat(3)}`);
});

test('text from outside cannot move the cursor or add lines', () => {
  const error = Object.assign(new Error('a\u001b[2J'), {
    code: '\u009b',
    cause: new Error('b\nc\u001b]0;x\u0007'),
  });
  error.stack = 'Error: a\u001b[2J\n    at \u001b[1m (/x\u001b[2m.ts:1:2)';
  error.cause.stack = '';
  expect(terminalError(error, project, false)).toBe(
    String.raw`Error: a\u001b[2J (\u009b)
    at /x\u001b[2m.ts:1:2 in \u001b[1m
  caused by Error: b c\u001b]0;x\u0007`,
  );
});
