import fc from 'fast-check';
import findMyWay from 'find-my-way';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

import { matchIn } from '../test/match.ts';
import { RouteTable, type RouteTableOptions } from './route-table.ts';

function tableOf(routes: string[], options?: RouteTableOptions): RouteTable<string> {
  const table = new RouteTable<string>(options);
  for (const route of routes) {
    const [method = '', pattern = '', wildcard] = route.split(' ');
    table.add(method, pattern, route, wildcard);
  }
  return table;
}

const paramsAt = (pattern: string, target: string): unknown => {
  const match = matchIn(tableOf([`GET ${pattern}`]), 'GET', target);
  return match && { ...match.params };
};

describe('find', () => {
  test('returns entry, parameters and the unparsed query', () => {
    const table = tableOf(['GET /users/:id', 'GET /users/me', 'POST /users']);
    expect(table.find('GET', '/users/7?full=%20&a')).toMatchObject({
      entry: 'GET /users/:id',
      params: { id: '7' },
      querystring: 'full=%20&a',
    });
    expect(matchIn(table, 'GET', '/users/me')?.entry).toBe('GET /users/me');
    expect(matchIn(table, 'POST', '/users')?.querystring).toBe('');
    for (const [method = '', path = ''] of [
      ['GET', '/users'],
      ['DELETE', '/users'],
      ['GET', '/'],
      ['get', '/users/7'],
    ]) {
      expect(table.find(method, path)).toBeUndefined();
    }
  });

  test.each([
    ['/:a', '/x%2Fy', { a: 'x/y' }],
    ['/:a', '/%E2%82%AC', { a: '€' }],
    ['/:a', '/%252F', { a: '%2F' }],
    ['/:a', '/%25', { a: '%' }],
    ['/:a', '/a+b', { a: 'a+b' }],
    ['/:a/b', '/x%2Fb/b', { a: 'x/b' }],
    ['/:a', '/x/y', undefined],
    ['/:__proto__', '/x', { ['__proto__']: 'x' }],
    ['/:constructor', '/__proto__', { constructor: '__proto__' }],
    ['/:a-:b', '/x-y-z', { a: 'x-y', b: 'z' }],
    ['/caf%C3%A9', '/caf%C3%A9', undefined],
    ['/café', '/caf%C3%A9', {}],
  ])('%s finds %s: %j', (pattern, target, params) => {
    expect(paramsAt(pattern, target)).toEqual(params);
  });

  test('any encoded parameter is decoded to its original value', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((value) => value.isWellFormed() && !/(?:^|[/\\])\.{1,2}(?:$|[/\\])/.test(value));
    fc.assert(
      fc.property(text, (value) => {
        expect(paramsAt('/x/:value/y', `/x/${encodeURIComponent(value)}/y`)).toEqual({ value });
      }),
    );
  });

  test('any target leads to a match within its folder, to nothing, or to a refusal', () => {
    const table = tableOf(['GET /', 'GET /a/:b', 'GET /files/* rest', 'GET /:x-:y', 'GET /v:z']);
    const piece = fc.constantFrom(
      ...Array.from('/ab%2fF5c3?;:*.-\\é#\0'),
      ...['%2e', '%2F', '%5c', '..', '/../', '/files/', '/a/', '\ud800'],
    );
    fc.assert(
      fc.property(fc.string({ unit: piece }), (rest) => {
        const found = table.find('GET', `/${rest}`);
        if (found?.refusal) {
          expect(found.refusal).toMatchObject({ status: 400, code: 'ERR_BLAIZE_BAD_REQUEST' });
        }
        const params = found && !found.refusal ? Object.values(found.params) : [];
        for (const value of params) expect(value).not.toMatch(/(?:^|[/\\])\.\.(?:$|[/\\])|\0/);
      }),
      { numRuns: 2000 },
    );
  });

  test('a browser would send an accepted path unchanged', () => {
    const table = tableOf(['GET /files/* rest']);
    const piece = fc.constantFrom('a', '.', '..', '/', '%2e', '%2E', '%2f', '\\', ';', '%5c', '%25');
    fc.assert(
      fc.property(fc.string({ unit: piece }), (rest) => {
        const target = `/files/${rest}`;
        const found = table.find('GET', target);
        if (found?.refusal) expect(found.refusal.status).toBe(400);
        else if (found) expect(new URL(`http://x${target}`).pathname).toBe(target);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['a parameter', '/a/..', '/a/%2E%2e', '/a/x%2f..', '/a/..%5Cx', '/a/.?x'],
    ['the rest of a path', '/files/../x', '/files/x/./y', '/files/x%2F..%2Fy', '/files/..'],
    ['part of a segment', '/a/x-..', '/@..', '/@%2E.', '/a/..-x', '/a/..%2f-x'],
    ['no route', '/..', '/./a/x', '/x/../a/x'],
  ])('a dot segment gets 400 in %s', (_where, ...targets) => {
    const table = tableOf(['GET /a/:b', 'GET /a/:b-:c', 'GET /@:a', 'GET /files/* rest']);
    for (const target of targets) {
      expect(table.find('GET', target)).toEqual({
        refusal: expect.objectContaining({
          status: 400,
          message: 'The path has a dot segment, such as "..".',
        }) as unknown,
      });
    }
  });

  test.each([
    '/a#',
    '/a#/b/1',
    '/a?x=1#y',
    '/b/1#',
    '/b/a\\c',
    '/b/a%00',
    '/b/ä',
    '/b/a\u007f',
    '/x ',
    '',
    '*',
    'a',
  ])('an invalid path gets 400: %j', (target) => {
    expect(tableOf(['GET /a', 'GET /b/:c']).find('GET', target)).toEqual({
      refusal: expect.objectContaining({
        status: 400,
        message: 'The path is not a valid percent-encoded path.',
      }) as unknown,
    });
  });

  test.each(['/a/', '/a//c', '/a/?x', '//', '//c'])(
    'an empty segment does not match a parameter: %s',
    (target) => {
      expect(tableOf(['GET /a/:b', 'GET /a/:b/c', 'GET /:a/c']).find('GET', target)).toBeUndefined();
    },
  );

  test('params has no inherited properties', () => {
    expect(matchIn(tableOf(['GET /:a']), 'GET', '/x')?.params.toString).toBeUndefined();
    expect(matchIn(tableOf(['GET /']), 'GET', '/')?.params.constructor).toBeUndefined();
  });

  test.each(['/%', '/%zz', '/%ff', '/a/%c3', '/%E0%A4%A'])('a broken encoding gets 400: %s', (target) => {
    const table = tableOf(['GET /', 'GET /:a', 'GET /a/:b']);
    expect(table.find('GET', target)).toEqual({
      refusal: expect.objectContaining({
        status: 400,
        message: 'The path is not a valid percent-encoded path.',
      }) as unknown,
    });
  });

  test('a parameter that is too long gets 414', () => {
    const table = tableOf(['GET /:a', 'GET /x/:a-:b', 'GET /files/* rest']);
    expect(matchIn(table, 'GET', `/${'x'.repeat(2048)}`)?.params.a).toHaveLength(2048);
    for (const target of [`/${'x'.repeat(2049)}`, `/x/${'x'.repeat(2049)}-y`]) {
      expect(table.find('GET', target)).toEqual({
        refusal: expect.objectContaining({
          status: 414,
          message: 'A parameter of the path is longer than 2048 characters.',
        }) as unknown,
      });
    }
  });
});

test('a URL that is too long gets 414', () => {
  expect(tableOf(['GET /a'], { maxUrlLength: 10 }).find('GET', '/a?234567890')).toMatchObject({
    refusal: { status: 414, message: 'The URL is longer than 10 characters.' },
  });
});

describe('a wildcard', () => {
  test('has the given name', () => {
    const table = tableOf(['GET /files/* path', 'GET /raw/*', 'GET /p/* __proto__']);
    const params = (target: string) => ({ ...matchIn(table, 'GET', target)?.params });
    expect(params('/files/a/b%2Fc.txt')).toEqual({ path: 'a/b/c.txt' });
    expect(params('/files/')).toEqual({ path: '' });
    expect(params('/raw/a/b')).toEqual({ '*': 'a/b' });
    expect(params('/p/x')).toEqual({ ['__proto__']: 'x' });
    expect(table.find('GET', '/files')).toBeUndefined();
  });
});

describe('options', () => {
  test('case matters by default; parameters always keep theirs', () => {
    expect(tableOf(['GET /Users/:id']).find('GET', '/users/A')).toBeUndefined();
    const table = tableOf(['GET /Users/:Id'], { caseSensitive: false });
    expect(matchIn(table, 'GET', '/uSERS/AbC')?.params).toEqual(
      Object.assign(Object.create(null), { Id: 'AbC' }),
    );
  });

  test('a trailing slash matters by default', () => {
    expect(tableOf(['GET /users']).find('GET', '/users/')).toBeUndefined();
    const table = tableOf(['GET /users', 'GET /'], { ignoreTrailingSlash: true });
    expect(matchIn(table, 'GET', '/users/')?.entry).toBe('GET /users');
    expect(matchIn(table, 'GET', '/')?.entry).toBe('GET /');
  });

  describe('a trailing slash that is ignored', () => {
    const found = (entries: string[], target: string): unknown => {
      const match = matchIn(tableOf(entries, { ignoreTrailingSlash: true }), 'GET', target);
      return match && [match.entry, { ...match.params }];
    };
    const files = 'GET /files/*';

    test.each<[string[], string, string, Record<string, string>]>([
      [[files], '/files/', files, { '*': '' }],
      [[files], '/files/?a=/', files, { '*': '' }],
      [[files], '/files/a/b', files, { '*': 'a/b' }],
      [[files], '/files/a/', files, { '*': 'a' }],
      [['GET /:user/*'], '/me/', 'GET /:user/*', { user: 'me', '*': '' }],
      [['GET /*'], '/', 'GET /*', { '*': '' }],
      [['GET /*'], '/a/', 'GET /*', { '*': 'a' }],
      // A route that ends there takes precedence, then the wildcard that begins there.
      [[files, 'GET /files'], '/files/', 'GET /files', {}],
      [[files, 'GET /:page'], '/files/', 'GET /:page', { page: 'files' }],
      [[files, 'GET /*'], '/files/', files, { '*': '' }],
      [[files, 'GET /*'], '/files', 'GET /*', { '*': 'files' }],
    ])('of %j leaves %s to %s', (entries, target, entry, params) => {
      expect(found(entries, target)).toEqual([entry, params]);
    });

    test('does not make a wildcard serve its folder without the slash', () => {
      expect(found([files], '/files')).toBeUndefined();
      expect(found([files], '/files?a=/')).toBeUndefined();
    });

    test('applies to the name of the wildcard, the methods and the limits too', () => {
      const table = new RouteTable<string>({ ignoreTrailingSlash: true, maxParamLength: 5 });
      table.add('PUT', '/files/*', 'it', 'path');
      expect({ ...matchIn(table, 'PUT', '/files/')?.params }).toEqual({ path: '' });
      expect(table.methodsOf('/files/')).toEqual(['OPTIONS', 'PUT']);
      table.add('GET', '/:user/*', 'theirs');
      expect(table.find('GET', '/123456/')?.refusal?.status).toBe(414);
    });
  });
});

describe('methodsOf', () => {
  const table = tableOf(['GET /users/:id', 'HEAD /users/:id', 'DELETE /users/:id', 'POST /users']);

  test.each([
    ['/users/7', ['DELETE', 'GET', 'HEAD', 'OPTIONS']],
    ['/users', ['OPTIONS', 'POST']],
    ['/nowhere', []],
    ['*', ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST']],
  ])('%s is served with %j', (target, methods) => {
    expect(table.methodsOf(target)).toEqual(methods);
  });

  test.each(['/%', '/users/..', '/ä', `/users/${'x'.repeat(3000)}`])('%s is served with none', (target) => {
    expect(table.methodsOf(target)).toEqual([]);
  });

  test('an empty table serves nothing', () => {
    expect(new RouteTable().methodsOf('*')).toEqual([]);
  });
});

test('an error in the router is not treated as a missing path', () => {
  const table = tableOf(['GET /a']);
  const fault = new Error('fault');
  const find = vi.spyOn(findMyWay.prototype as { find(): unknown }, 'find').mockImplementation(() => {
    throw fault;
  });
  onTestFinished(() => find.mockRestore());
  expect(() => table.find('GET', '/a')).toThrow(fault);
  expect(() => table.methodsOf('/a')).toThrow(fault);
});

test('refuses invalid and duplicate methods and patterns', () => {
  const table = tableOf(['GET /a']);
  expect(() => table.add('FETCH', '/b', '')).toThrow(/FETCH/);
  expect(() => table.add('GET', 'b', '')).toThrow(/first character/);
  expect(() => table.add('GET', '/*/b', '')).toThrow(/Wildcard/);
  expect(() => table.add('GET', '/a', '')).toThrow(/already declared/);
});
