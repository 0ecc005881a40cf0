import { expect, it } from 'vitest';

import { actionsOf, asPattern } from './actions.mjs';
import { blocksOf } from './markdown.mjs';

/** @param {string} text Markdown, with ''' for a fence */
const actions = (text) => actionsOf(blocksOf(text.replaceAll("'''", '```')));

it('saves blocks with a name, from a caption or a comment', () => {
  expect(
    actions("'''ts [src/a.ts]\nconst a = 1;\n'''\n\n'''ts\n// src/[b].ts\nlet b;\n'''\n'''ts\nc;\n'''"),
  ).toEqual([
    { line: 1, kind: 'write', file: 'src/a.ts', text: 'const a = 1;\n' },
    { line: 5, kind: 'write', file: 'src/[b].ts', text: '// src/[b].ts\nlet b;\n' },
  ]);
  expect(actions("'''ts [src/app.ts] sample\n\n'''")).toEqual([
    { line: 1, kind: 'write', file: 'src/app.ts', text: undefined },
  ]);
  expect(actions("'''dockerfile [Dockerfile]\nFROM a\n'''\n")).toMatchObject([{ file: 'Dockerfile' }]);
});

it('refuses a caption behind the marks, which would hide this block and the next one', () => {
  expect(() => actions("text\n'''ts unchecked [src/a.ts]\na;\n'''\n")).toThrow(
    'In line 2, the marks go after the [caption].',
  );
});

it('runs a block of commands, and compares it with the text below', () => {
  expect(actions("'''sh\none\ntwo \\\n  three\n'''\n\nIt says:\n\n'''text\nhello\n'''\n")).toEqual([
    { line: 1, kind: 'run', script: 'one\ntwo   three\n', prints: 'hello\n' },
  ]);
  expect(actions("'''sh\none\n'''\n'''ts [a.ts]\n'''\n'''text\nhello\n'''\n")[0]).toMatchObject({
    prints: undefined,
  });
});

it('compares the output of a command with the JSON in a comment after it', () => {
  expect(actions("'''sh\ncurl a    # {\"a\":1}\nnext   # an explanation\n'''\n")).toEqual([
    { line: 1, kind: 'run', script: 'curl a    # {"a":1}\n', prints: '{"a":1}' },
    { line: 1, kind: 'run', script: 'next   # an explanation\n', prints: undefined },
  ]);
});

it('reads a session', () => {
  expect(actions("'''console\n$ one\n1\n$ two\n2\n3\n'''\n")).toEqual([
    { line: 1, kind: 'run', script: 'one\n', prints: '1\n' },
    { line: 1, kind: 'run', script: 'two\n', prints: '2\n3\n' },
  ]);
});

it.each([
  ['npm run dev                  # https://localhost:3000', 'serve', 'npm run dev'],
  ['npm start', 'serve', 'npm start'],
  ['TLS=off npx blaize start', 'serve', 'TLS=off npx blaize start'],
  ['npx tsx server.ts', 'serve', 'npx tsx server.ts'],
  [
    'NODE_ENV=production TLS=off node --enable-source-maps dist/server.js',
    'serve',
    'NODE_ENV=production TLS=off node --enable-source-maps dist/server.js',
  ],
  ['npm create blaizejs my-app   # asks', 'answer', 'npm create blaizejs my-app'],
  ['npx tsc', 'compile', 'npx tsc'],
  ['docker build --tag app .', 'docker', 'docker build --tag app .'],
])('"%s" is: %s', (line, kind, command) => {
  expect(actions(`'''sh\n${line}\n'''\n`)).toEqual([{ line: 1, kind, command }]);
});

it.each(['npx blaize build', 'npm create blaizejs hello -- --yes', 'node script.js', 'echo docker'])(
  '"%s" ends by itself',
  (line) => {
    expect(actions(`'''sh\n${line}\n'''\n`)).toMatchObject([{ kind: 'run', script: `${line}\n` }]);
  },
);

it('skips blocks marked `unchecked`, and other languages', () => {
  expect(actions("'''sh unchecked\nsystemctl\n'''\n'''ini\na=b\n'''\n")).toEqual([]);
});

it('refuses a block without an end', () => {
  expect(() => actions("text\n'''sh\none\n")).toThrow('The block in line 2 has no end.');
});

it('matches … with any text in the line, and everything else literally', () => {
  expect(asPattern('{"id":…,"a.b":1}\n').test('{"id":17,"a.b":1}')).toBe(true);
  expect(asPattern('{"id":…,"a.b":1}\n').test('{"id":17,"axb":1}')).toBe(false);
  expect(asPattern('a …').test('a b\nc')).toBe(false);
});
