import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { matchIn } from '../test/match.ts';
import { createGetRoute } from './create-route.ts';
import { createRouteEntry } from './route-entry.ts';
import { RouteSet } from './route-set.ts';

const route = { handler: () => 'x' };

const listed = (routes: RouteSet): string[] =>
  routes.routes.map(({ method, pattern }) => `${method} ${pattern}`);

describe('add', () => {
  test('serves it, and lists it without a file', () => {
    const routes = new RouteSet();
    routes.add('GET', '/users/:id', route);
    expect(routes.routes).toMatchObject([{ method: 'GET', pattern: '/users/:id', file: undefined }]);
    const match = matchIn(routes, 'GET', '/users/7?a=1');
    expect(match?.entry).toMatchObject({ info: { method: 'GET', pattern: '/users/:id' }, route });
    expect({ ...match?.params }).toEqual({ id: '7' });
    expect(routes.find('POST', '/users/7')).toBeUndefined();
  });

  test('takes what the makers of routes give', () => {
    const routes = new RouteSet();
    routes.add(
      'GET',
      '/a/:id',
      createGetRoute({
        schema: { params: z.object({ id: z.coerce.number() }) },
        handler: (ctx) => ctx.request.params.id,
      }),
    );
    expect(listed(routes)).toEqual(['GET /a/:id']);
  });

  test.each<[string, unknown, unknown, string]>([
    ['get', '/a', route, '"get" is not a method that HTTP defines; methods are in capitals'],
    ['FETCH', '/a', route, '"FETCH" is not a method that HTTP defines; methods are in capitals'],
    ['GET', 'a', route, 'a pattern begins with "/", unlike "a"'],
    ['GET', undefined, route, 'a pattern begins with "/", unlike undefined'],
    ['GET', '/a', undefined, 'the route for GET /a is not an object with a handler'],
    [
      'GET',
      '/a',
      { handler: 'x' },
      'the route for GET /a has 1 problem:\n  - handler: expected a function (ctx) that returns the answer, received "x".',
    ],
    [
      'GET',
      '/a?x=1',
      route,
      'the pattern "/a?x=1" has a query; a pattern has only the path. The query of a request is in ctx.request.query.',
    ],
    ['GET', '/:id([', route, '"/:id([" is not a valid pattern: '],
  ])('refuses %s %j (case %#)', (method, pattern, given, problem) => {
    const routes = new RouteSet();
    expect(() => routes.add(method, pattern as string, given as typeof route)).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_ROUTE',
        message: expect.stringContaining(`addRoute(): ${problem}`) as string,
      }),
    );
    // What was refused leaves nothing behind.
    routes.add('GET', '/fine', route);
    expect(matchIn(routes, 'GET', '/fine')?.entry.info.pattern).toBe('/fine');
    expect(listed(routes)).toEqual(['GET /fine']);
  });

  test('tells of a change', () => {
    let changes = 0;
    const routes = new RouteSet({ onChange: () => changes++ });
    routes.add('GET', '/a', route);
    routes.add('GET', '/b', route);
    expect(changes).toBe(2);
  });
});

describe('two routes for one method and path', () => {
  test.each([
    ['/a', '/a'],
    ['/users/:id', '/users/:name'],
    ['/x/:a-:b', '/x/:c-:d'],
    ['/a::b/:id', '/a::b/:other'],
    ['/a:::id', '/a:::other'],
    ['/users/:id?', '/users'],
    ['/users/:id', '/users/:name?'],
    ['/', '/:page?'],
  ])('%s and %s are an error, and the first stays', (first, second) => {
    const routes = new RouteSet();
    routes.add('GET', first, route);
    expect(() => routes.add('GET', second, route)).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_ROUTE_CONFLICT',
        message: `Two routes for GET ${second}: one added in code, one added in code. Remove one of them, or change its method or path.`,
      }),
    );
    routes.add('POST', second, route);
    expect(listed(routes).sort()).toEqual([`GET ${first}`, `POST ${second}`].sort());
  });

  test.each([
    ['/a', '/A'],
    ['/a', '/a/'],
    ['/users/:id', '/users/me'],
    ['/a::b', '/a::c'],
    ['/:id', '/*'],
  ])('%s and %s are two paths', (first, second) => {
    const routes = new RouteSet();
    routes.add('GET', first, route);
    routes.add('GET', second, route);
    expect(routes.routes).toHaveLength(2);
    expect(matchIn(routes, 'GET', '/none/such')?.entry.info.pattern ?? '/*').toBe('/*');
  });

  test('follow the options', () => {
    const loose = new RouteSet({ caseSensitive: false, ignoreTrailingSlash: true });
    loose.add('GET', '/a', route);
    for (const same of ['/A', '/a/', '/A/'])
      expect(() => loose.add('GET', same, route)).toThrow('Two routes');
    loose.add('GET', '/', route);
    expect(matchIn(loose, 'GET', '/A/')?.entry.info.pattern).toBe('/a');
  });
});

describe('HEAD', () => {
  test('is served by GET, and not listed', () => {
    const routes = new RouteSet();
    routes.add('GET', '/a/:id', route);
    expect(matchIn(routes, 'HEAD', '/a/1')?.entry.info.method).toBe('GET');
    expect(listed(routes)).toEqual(['GET /a/:id']);
    routes.add('POST', '/b', route);
    expect(routes.find('HEAD', '/b')).toBeUndefined();
  });

  test('has its own route where there is one, whatever its parameters are called', () => {
    const routes = new RouteSet();
    routes.add('HEAD', '/a/:name', route);
    routes.add('GET', '/a/:id', route);
    expect(matchIn(routes, 'HEAD', '/a/1')?.entry).toMatchObject({
      info: { method: 'HEAD', pattern: '/a/:name' },
    });
  });
});

test('an optional parameter is found with and without', () => {
  const routes = new RouteSet();
  routes.add('GET', '/users/:id?', route);
  routes.add('HEAD', '/users', route);
  expect({ ...matchIn(routes, 'GET', '/users/7')?.params }).toEqual({ id: '7' });
  expect({ ...matchIn(routes, 'GET', '/users')?.params }).toEqual({});
  expect(matchIn(routes, 'HEAD', '/users')?.entry.info.method).toBe('HEAD');
});

test('table() holds what is made of each route', () => {
  const routes = new RouteSet();
  routes.add('GET', '/a', route);
  routes.add('POST', '/a', route);
  let compiled = 0;
  const table = routes.table(({ info: { method, pattern } }) => `${++compiled} ${method} ${pattern}`);
  expect(matchIn(table, 'HEAD', '/a')?.entry).toBe('1 GET /a');
  expect(matchIn(table, 'POST', '/a')?.entry).toBe('2 POST /a');
  expect(compiled).toBe(2);
  expect(table.methodsOf('/a')).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST']);
  // A table that was made is not changed any more.
  routes.add('GET', '/b', route);
  expect(table.find('GET', '/b')).toBeUndefined();
});

describe('replace', () => {
  const entry = (method: string, pattern: string, file: string) =>
    createRouteEntry({ method, pattern, route, file, origin: `in ${file}` });
  const first = {};
  const second = {};

  test('changes the routes of its source and no others', () => {
    const routes = new RouteSet();
    routes.add('GET', '/code', route);
    routes.replace(first, [entry('GET', '/a', 'a.ts'), entry('GET', '/b', 'b.ts')]);
    routes.replace(second, [entry('GET', '/c', 'c.ts')]);
    routes.replace(first, [entry('GET', '/b', 'b.ts')]);
    expect(listed(routes)).toEqual(['GET /b', 'GET /c', 'GET /code']);
    expect(routes.find('GET', '/a')).toBeUndefined();
    routes.replace(second, []);
    expect(listed(routes)).toEqual(['GET /b', 'GET /code']);
    routes.add('GET', '/c', route);
  });

  test('lets a path go from one source to another', () => {
    const routes = new RouteSet();
    routes.replace(first, [entry('GET', '/a', 'first/a.ts')]);
    routes.replaceAll(
      new Map([
        [first, []],
        [second, [entry('GET', '/a', 'second/a.ts')]],
      ]),
    );
    expect(routes.routes.map(({ file }) => file)).toEqual(['second/a.ts']);
  });

  test('of several sources changes all or nothing; a conflict names both files', () => {
    let changes = 0;
    const routes = new RouteSet({ onChange: () => changes++ });
    routes.replace(first, [entry('GET', '/a', 'a.ts')]);
    const conflicting = new Map([
      [first, [entry('GET', '/b/:id', 'b/[id].ts')]],
      [second, [entry('GET', '/b/:name', 'b/[name].ts')]],
    ]);
    expect(() => routes.replaceAll(conflicting)).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_ROUTE_CONFLICT',
        message:
          'Two routes for GET /b/:name: one in b/[id].ts, one in b/[name].ts. Remove one of them, or change its method or path.',
      }),
    );
    expect(listed(routes)).toEqual(['GET /a']);
    expect(changes).toBe(1);
  });

  test('conflicts with what was added in code', () => {
    const routes = new RouteSet();
    routes.add('GET', '/a', route);
    expect(() => routes.replace(first, [entry('GET', '/a', 'a.ts')])).toThrow(
      'one added in code, one in a.ts.',
    );
  });
});

test('a change that is not accepted is undone', () => {
  const refused = new Error('no');
  let accepts = true;
  const routes = new RouteSet({
    onChange: () => {
      if (!accepts) throw refused;
    },
  });
  const source = {};
  routes.replace(source, [createRouteEntry({ method: 'GET', pattern: '/a', route })]);
  accepts = false;
  expect(() => routes.add('GET', '/b', route)).toThrow(refused);
  expect(() => routes.replace(source, [])).toThrow(refused);
  expect(listed(routes)).toEqual(['GET /a']);
  expect(matchIn(routes, 'GET', '/a')?.entry.info.pattern).toBe('/a');
  expect(routes.find('GET', '/b')).toBeUndefined();
  accepts = true;
  routes.add('GET', '/b', route);
  expect(listed(routes)).toEqual(['GET /a', 'GET /b']);
});

test('a route is described by one object, whoever asks', () => {
  const routes = new RouteSet();
  routes.add('GET', '/a', route);
  const { info } = matchIn(routes, 'GET', '/a')!.entry;
  expect(routes.routes[0]).toBe(info);
  expect(routes.table((entry) => entry.info).find('HEAD', '/a')).toMatchObject({ entry: info });
  routes.add('GET', '/b', route);
  expect(routes.routes[0]).toBe(info);
});
