import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';

import { describe, expect, test } from 'vitest';

import { serveStatic, type StaticOptions } from '../static.ts';
import { readStaticOptions } from './options.ts';

const root = tmpdir();

test('defaults', () => {
  expect(readStaticOptions({ root })).toEqual({
    root,
    prefix: '',
    index: 'index.html',
    precompressed: [],
    cacheControl: 'no-cache',
    wellKnown: false,
    types: {},
    memory: 33_554_432,
  });
});

test('a root may be a URL; the codings keep the order of their quality', () => {
  const settings = readStaticOptions({
    root: pathToFileURL(root),
    prefix: '/a b/',
    precompressed: ['gzip', 'br'],
    types: { '.OBJ': 'model/obj' },
  });
  expect(settings).toMatchObject({
    root,
    prefix: '/a%20b',
    precompressed: ['br', 'gzip'],
    types: { '.obj': 'model/obj' },
  });
});

describe('refuses', () => {
  test.each<[string, unknown]>([
    ['root', undefined],
    ['root', ''],
    ['root', 3],
    ['root', 'a\0b'],
    ['root', '/does/not/exist'],
    ['root', import.meta.filename],
    ['root', new URL('https://example.com/')],
    ['prefix', 'assets'],
    ['prefix', '/a?b'],
    ['prefix', '//evil.example'],
    ['prefix', '/../a'],
    ['prefix', '/a/:b'],
    ['index', ''],
    ['index', 'a/b.html'],
    ['index', '..'],
    ['index', true],
    ['fallback', ''],
    ['fallback', '/index.html'],
    ['fallback', 3],
    ['precompressed', 'br'],
    ['precompressed', ['deflate']],
    ['cacheControl', ''],
    ['cacheControl', 'a\r\nb'],
    ['immutable', 'assets'],
    ['immutable', /a/g],
    ['immutable', /a/y],
    ['wellKnown', 'yes'],
    ['types', { '.a': 'b\n' }],
    ['types', { obj: 'model/obj' }],
    ['types', []],
    ['memory', -1],
    ['memory', 1.5],
    ['revalidate', -1],
    ['revalidate', Infinity],
  ])('%s: %j', (name, value) => {
    const code = 'ERR_BLAIZE_MIDDLEWARE_OPTIONS';
    expect(() => serveStatic({ root, [name]: value })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(`- ${name}`) as string }),
    );
  });

  test('a coding that it does not know, and says which', () => {
    expect(() => serveStatic({ root, precompressed: ['br', 'gz' as never] })).toThrow(
      'precompressed[1]: expected "br" or "zstd" or "gzip", received "gz"',
    );
  });

  test('an unknown option, with a suggestion, and everything at once', () => {
    const options = { root, fallbck: 'index.html', memory: -1 } as StaticOptions;
    expect(() => serveStatic(options)).toThrow(/serveStatic\(\) have 2 problems[^]*Did you mean `fallback`/);
  });
});
