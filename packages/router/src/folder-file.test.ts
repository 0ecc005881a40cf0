import { expect, test } from 'vitest';

import { folderFileKind, folderFileMeant, isLoadedFile } from './folder-file.ts';

test.each([
  ['_middleware.ts', 'middleware'],
  ['_middleware.mjs', 'middleware'],
  ['_404.ts', 'not-found'],
  ['_error.js', 'error'],
])('%s says something about its folder', (name, kind) => {
  expect(folderFileKind(name)).toBe(kind);
  expect(isLoadedFile(name)).toBe(true);
  expect(folderFileMeant(name)).toBeUndefined();
});

test.each([
  ...['_middleware.test.ts', '_middleware.d.ts', '_error.spec.ts', '_404.json', '_404', 'middleware.ts'],
  ...['_toString.ts', '_helper.ts', '_db.ts', '_http.ts', '_user.ts', '_.ts', '.ts'],
])('%s is another file', (name) => {
  expect(folderFileKind(name)).toBeUndefined();
  expect(folderFileMeant(name)).toBeUndefined();
});

test.each([
  ['_midleware.ts', '_middleware.ts'],
  ['_Middleware.ts', '_middleware.ts'],
  ['_middlewares.js', '_middleware.js'],
  ['_403.ts', '_404.ts'],
  ['_notFound.ts', '_404.ts'],
  ['_not-found.ts', '_404.ts'],
  ['_500.ts', '_error.ts'],
  ['_errors.ts', '_error.ts'],
])('%s may be a slip for %s', (name, meant) => {
  expect(folderFileKind(name)).toBeUndefined();
  expect(folderFileMeant(name)).toBe(meant);
});
