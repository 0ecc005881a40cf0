import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, test } from 'vitest';

import { parseStack, shownFile } from './stack-frames.ts';

const project = path.resolve('/project');
const own = path.join(project, 'src', 'routes', '[id].ts');

const parse = (line: string, message = 'm') =>
  parseStack(`Error: ${message}\n    ${line}`, message, project)[0];

test.each([
  [`at Object.handler (${own}:10:13)`, 'Object.handler', own, true],
  [`at async Object.handler [as GET] (${own}:10:13)`, 'Object.handler [as GET]', own, true],
  [`at ${own}:10:13`, '', own, true],
  [`at async ${pathToFileURL(own).href}?v=3:10:13`, '', own, true],
  [`at new X (${pathToFileURL(own).href}:10:13)`, 'new X', own, true],
  [
    `at f (${path.join(project, 'node_modules', 'a', 'b.js')}:10:13)`,
    'f',
    path.join(project, 'node_modules', 'a', 'b.js'),
    false,
  ],
  [`at f (${path.resolve('/elsewhere/x.ts')}:10:13)`, 'f', path.resolve('/elsewhere/x.ts'), false],
  [
    `at f (${path.join(project, '..', 'project-two', 'x.ts')}:10:13)`,
    'f',
    path.resolve('/project-two/x.ts'),
    false,
  ],
  ['at f (node:internal/x:10:13)', 'f', 'node:internal/x', false],
])('%s', (line, call, file, isOwn) => {
  expect(parse(line)).toEqual({ call, file, line: 10, column: 13, own: isOwn });
});

test.each([
  'at async Promise.all (index 0)',
  'at <anonymous>',
  'at eval (eval at f (x.js:1:1), <anonymous>:1:1)',
  'at wasm://wasm/1:1:1',
  'at file://%zz:1:1',
  `${own}:10:13`,
  `at ${'x'.repeat(2_000)}:1:1`,
])('%s is not a frame that can be shown', (line) => {
  expect(parse(line)).toBeUndefined();
});

test('a message that looks like calls is skipped', () => {
  const message = `no\n    at f (${own}:1:1)`;
  expect(parse(`at g (${own}:2:2)`, message)).toMatchObject({ call: 'g', line: 2 });
});

test("without a project nothing is the app's own", () => {
  expect(parseStack(`at ${own}:1:1`, '', undefined)[0]?.own).toBe(false);
});

test('no more than 50 calls are read', () => {
  expect(parseStack(`at ${own}:1:1\n`.repeat(1_000), '', project)).toHaveLength(50);
});

test('a file is shown relative to the project, or from node_modules on', () => {
  const shown = (file: string) => shownFile(parse(`at ${file}:1:1`)!, project);
  expect(shown(own)).toBe(path.join('src', 'routes', '[id].ts'));
  expect(shown(path.join(project, 'node_modules', '.pnpm', 'a', 'node_modules', 'a', 'b.js'))).toBe(
    path.join('node_modules', 'a', 'b.js'),
  );
  expect(shown('node:fs')).toBe('node:fs');
});
