import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { differences, fileList } from './file-list.mjs';

it('counts the sources, and the chunks of the bundler, as one', () => {
  const contents = [
    'src/index.ts',
    'src/a/b.ts',
    'dist/index.js',
    'dist/chunk-2DQGGONS.js',
    'dist/chunk-32VUD7VJ.js',
    'dist/chunk-32VUD7VJ.js.map',
    'dist/router-Bx_9-dEf.d.ts',
  ];
  expect(fileList(contents)).toEqual([
    'dist/chunk-*.js',
    'dist/chunk-*.js.map',
    'dist/index.js',
    'dist/router-*.d.ts',
    'src/**/*.ts',
  ]);
});

it('keeps other files among the sources, and names that only look like chunks', () => {
  const contents = ['dist/create-template.js', 'src/notes.md', 'templates/api/src/server.ts'];
  expect(fileList(contents)).toEqual(contents);
});

it('reports a package without an expected list', () => {
  expect(differences('nowhere', ['LICENSE'])).toEqual(['+ LICENSE']);
});

it('lists missing and new files', () => {
  const expected = readFileSync(join(import.meta.dirname, 'expected/errors.txt'), 'utf8')
    .trimEnd()
    .split('\n');
  const contents = expected.filter((path) => path !== 'README.md' && path !== 'dist/index.d.ts');
  expect(differences('errors', [...contents, 'secrets.txt'])).toEqual([
    '- README.md',
    '- dist/index.d.ts',
    '+ secrets.txt',
  ]);
});
