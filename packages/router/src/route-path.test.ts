import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { RouteLoadError } from '@blaizejs/errors';

import { matchIn } from '../test/match.ts';
import { isRouteFile, isRouteFolder, toRoutePath } from './route-path.ts';
import { RouteTable } from './route-table.ts';

const patternOf = (file: string, prefix?: string): string => toRoutePath(file, prefix).pattern;

describe('toRoutePath', () => {
  test.each([
    ['index.ts', '/'],
    ['users.ts', '/users'],
    ['users/index.ts', '/users'],
    ['users/[id].ts', '/users/:id'],
    ['users/[id]/posts/[postId].mts', '/users/:id/posts/:postId'],
    ['(admin)/users/index.js', '/users'],
    ['(admin)/(deep)/index.mjs', '/'],
    ['feed.xml.ts', '/feed.xml'],
    ['[name].json.ts', '/:name.json'],
    ['[from]-[to].ts', '/:from-:to'],
    ['v[version].ts', '/v:version'],
    ['index/index.ts', '/index'],
    ['a:b.ts', '/a::b'],
    ['a:id/[id].ts', '/a::id/:id'],
    ['users\\[id].ts', '/users/:id'],
    ['Grüße/[$id_1].ts', '/Grüße/:$id_1'],
  ])('%s is served at %s', (file, pattern) => {
    expect(toRoutePath(file)).toEqual({ pattern, wildcard: undefined });
  });

  test('a wildcard keeps its name', () => {
    expect(toRoutePath('files/[...path].ts')).toEqual({ pattern: '/files/*', wildcard: 'path' });
    expect(toRoutePath('[...all]/(group)/index.ts')).toEqual({ pattern: '/*', wildcard: 'all' });
  });

  test('a prefix is added in front, unchanged', () => {
    expect(patternOf('index.ts', '/api/v2')).toBe('/api/v2');
    expect(patternOf('users/[id].ts', 'api/')).toBe('/api/users/:id');
    expect(patternOf('[id].ts', '/urn:id')).toBe('/urn::id/:id');
    expect(patternOf('index.ts', '/')).toBe('/');
  });

  test.each([
    ['/v1?x=1', 'has a query; a pattern has only the path. The query of a request is in ctx.request.query'],
    ['/a/../b', 'has the segment ".."; requests with one are refused, so it would never match'],
    ['/a#b', 'has a "#"; clients send no fragments, so it would never match'],
  ])('refuses the prefix %s', (prefix, problem) => {
    expect(() => toRoutePath('index.ts', prefix)).toThrow(
      `Route file index.ts: the prefix ${JSON.stringify(prefix)} ${problem}.`,
    );
  });

  test.each([
    ['users/[].ts', `"" can't name a parameter; use letters, digits and _`],
    ['users/[user-id].ts', `"user-id" can't name a parameter; use letters, digits and _`],
    ['users/[1st].ts', `"1st" can't name a parameter; use letters, digits and _`],
    ['[...a b].ts', `"a b" can't name a parameter; use letters, digits and _`],
    ['[[id]].ts', `"[" can't be part of a path`],
    ['[id.ts', `"[" can't be part of a path`],
    ['id].ts', `"]" can't be part of a path`],
    ['a*.ts', `"*" can't be part of a path`],
    ['what?.ts', `"?" can't be part of a path`],
    ['c#.ts', `"#" can't be part of a path`],
    ['x[...path].ts', '[...path] must be a whole part of the path'],
    ['[...path]/edit.ts', '[...path] must be the last part of the path'],
    ['[a][b].ts', 'two parameters in one part of the path need "-" or "." between them'],
    ['[a]to[b].ts', 'two parameters in one part of the path need "-" or "." between them'],
    ['[id]x.ts', 'a parameter must be followed by "-", "." or the end of the name, not "x"'],
    [
      '[id]/posts/[id].ts',
      'its path has the parameter "id" twice, and only the last value would be kept; rename one',
    ],
    ['[path]/[...path].ts', 'its path has the parameter "path" twice; rename one'],
    ['users/{id}.ts', 'its path has {id}; write :id for a parameter'],
    ['caf%C3%A9.ts', 'its path has %C3%A9; paths are compared decoded: write "é"'],
    ['about .ts', 'its path has white space at its start or end'],
  ])('refuses %s', (file, problem) => {
    const error: unknown = (() => {
      try {
        return toRoutePath(file);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(RouteLoadError);
    expect(error).toMatchObject({ file, message: `Route file ${file}: ${problem}.` });
  });
});

describe('any file is found at its path', () => {
  // Any text of a file name, except for characters with a special meaning. Clients encode "%".
  const plain = fc
    .string({
      unit: fc.constantFrom(...Array.from('abcXYZ019-_.~!$&+,;=:@()% éß日\u{1f600}')),
      minLength: 1,
      maxLength: 6,
    })
    .filter((text) => !/^\.+$|^\(.*\)$|^index$|^\s|\s$|%[0-9a-f]{2}/i.test(text));
  const name = fc.oneof(
    fc.stringMatching(/^[A-Za-z_$][A-Za-z0-9_$]{0,6}$/),
    fc.constantFrom('__proto__', 'constructor', 'toString'),
  );
  // A value may contain anything except separators of parameters, line breaks and İ (see below).
  const value = fc
    .oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
      fc.constantFrom('%2F', 'a/b', '?', '#'),
    )
    .filter((text) => !/[-.\n\r\u2028\u2029\u0130]/.test(text) && text.isWellFormed());
  const separator = fc.constantFrom('-', '.', '-to-', '.v');

  interface Segment {
    file: string;
    path: string;
    params: [string, string][];
  }
  const literal = plain.map((text): Segment => ({ file: text, path: encodeURI(text), params: [] }));
  const group = fc.constant<Segment>({ file: '(group)', path: '', params: [] });
  const parameters = fc
    .tuple(
      fc.option(plain, { nil: '' }),
      fc.array(fc.tuple(separator, name, value), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', '.json', '-x'),
    )
    .map(([before, list, after]): Segment => ({
      file: before + list.map(([s, n], i) => `${i > 0 ? s : ''}[${n}]`).join('') + after,
      path:
        encodeURI(before) +
        list.map(([s, , v], i) => (i > 0 ? s : '') + encodeURIComponent(v)).join('') +
        after,
      params: list.map(([, n, v]) => [n, v]),
    }));
  const wildcard = fc
    .tuple(name, fc.array(value, { minLength: 1, maxLength: 3 }))
    .map(([n, values]): Segment => ({
      file: `[...${n}]`,
      path: values.map(encodeURIComponent).join('/'),
      params: [[n, values.join('/')]],
    }));

  const files = fc
    .tuple(
      fc.array(fc.oneof(literal, literal, parameters, group), { maxLength: 4 }),
      fc.option(wildcard, { nil: undefined }),
      fc.constantFrom('.ts', '/index.ts', '.mjs'),
      fc.constantFrom('', '/api', '/a:b/c'),
    )
    .map(([some, last, extension, prefix]) => {
      const segments = last ? [...some, last] : some;
      return {
        file:
          segments.length === 0 ? 'index.ts' : segments.map((segment) => segment.file).join('/') + extension,
        prefix,
        path: `${prefix}/${segments
          .map((segment) => segment.path)
          .filter(Boolean)
          .join('/')}`.replace(/(?<=.)\/$/, ''),
        params: segments.flatMap((segment) => segment.params),
      };
    })
    .filter(({ params }) => new Set(params.map(([n]) => n)).size === params.length);

  test('except for İ if case is ignored, since it is longer in lower case', () => {
    for (const caseSensitive of [true, false]) {
      const table = new RouteTable<string>({ caseSensitive });
      table.add('GET', '/:a/:b', 'two');
      const expected = caseSensitive ? { a: 'İİ', b: 'abc' } : undefined;
      expect(matchIn(table, 'GET', '/%C4%B0%c4%b0/abc')?.params).toEqual(expected);
    }
  });

  test('except for line breaks if a part has several parameters', () => {
    const table = new RouteTable<string>();
    table.add('GET', toRoutePath('[a].ts').pattern, 'one');
    table.add('GET', toRoutePath('x/[a]-[b].ts').pattern, 'two');
    expect(matchIn(table, 'GET', '/%0A')?.params).toEqual({ a: '\n' });
    expect(matchIn(table, 'GET', '/x/1-2')?.params).toEqual({ a: '1', b: '2' });
    expect(table.find('GET', '/x/%0A-%E2%80%A8')).toBeUndefined();
  });

  test('with its parameters, decoded', () => {
    fc.assert(
      fc.property(files, fc.boolean(), ({ file, prefix, path, params }, caseSensitive) => {
        const { pattern, wildcard: rest } = toRoutePath(file, prefix);
        const table = new RouteTable<string>({ caseSensitive });
        table.add('GET', pattern, file, rest);
        const match = matchIn(table, 'GET', `${path}?x=/y`);
        expect(match?.entry).toBe(file);
        expect(match?.querystring).toBe('x=/y');
        expect(Object.entries(match!.params).sort()).toEqual([...params].sort());
      }),
      { numRuns: 500 },
    );
  });
});

describe('route files and folders', () => {
  test.each([
    ['users.ts', true],
    ['users.mts', true],
    ['[id].js', true],
    ['index.mjs', true],
    ['_helpers.ts', false],
    ['.hidden.ts', false],
    ['users.test.ts', false],
    ['users.spec.mjs', false],
    ['users.d.ts', false],
    ['users.d.mts', false],
    ['users.tsx', false],
    ['users.cjs', false],
    ['users.json', false],
    ['README.md', false],
    ['users', false],
  ])('the file %s: %s', (file, is) => {
    expect(isRouteFile(file)).toBe(is);
  });

  test.each([
    ['users', true],
    ['(admin)', true],
    ['[id]', true],
    ['_lib', false],
    ['.git', false],
    ['node_modules', false],
  ])('the folder %s: %s', (folder, is) => {
    expect(isRouteFolder(folder)).toBe(is);
  });
});
