import { expect, test } from 'vitest';

import { isFileName, typeOf } from './media-types.ts';

test.each([
  ['index.html', 'text/html; charset=utf-8'],
  ['a/b.CSS', 'text/css; charset=utf-8'],
  ['app.js', 'text/javascript; charset=utf-8'],
  ['app.min.mjs', 'text/javascript; charset=utf-8'],
  ['app.js.map', 'application/json'],
  ['favicon.ico', 'image/x-icon'],
  ['logo.svg', 'image/svg+xml'],
  ['font.woff2', 'font/woff2'],
  ['module.wasm', 'application/wasm'],
  ['site.webmanifest', 'application/manifest+json'],
  ['archive.tar.gz', 'application/gzip'],
  ['video.mp4', 'video/mp4'],
  ['LICENSE', 'application/octet-stream'],
  ['.env', 'application/octet-stream'],
  ['folder.js/file', 'application/octet-stream'],
  ['a.', 'application/octet-stream'],
  // mrmime returns the function `Object` for this one.
  ['a.constructor', 'application/octet-stream'],
  ['a.__proto__', 'application/octet-stream'],
])('%s: %s', (name, type) => {
  expect(typeOf(name)).toBe(type);
});

test('own types take precedence', () => {
  const own = { '.obj': 'model/obj', '.js': 'text/plain' };
  expect(typeOf('a.obj', own)).toBe('model/obj');
  expect(typeOf('a.js', own)).toBe('text/plain');
  expect(typeOf('a.css', own)).toBe('text/css; charset=utf-8');
});

test('a path that ends in a known extension names a file; one that ends in .html, a page', () => {
  expect(['app.js', 'a.obj', 'about.html', 'john.doe', 'users', ''].map((name) => isFileName(name))).toEqual([
    ...[true, false, false, false, false, false],
  ]);
  expect(isFileName('a.obj', { '.obj': 'model/obj' })).toBe(true);
});
