import path from 'node:path';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { directoryWith } from '../test/temporary-directory.ts';
import { createGetRoute } from './create-route.ts';
import { Router } from './router.ts';

const route = { handler: () => 'x' };
const GET = 'export const GET = () => "x";\n';
const GET_POST = 'export const GET = () => "x";\nexport const POST = { handler: () => "y" };\n';

const listed = (router: Router): string[] =>
  router.routes.map(({ method, pattern }) => `${method} ${pattern}`);

describe('addRoute', () => {
  test('serves it, and lists it without a file', () => {
    const router = new Router();
    router.addRoute('GET', '/users/:id', route);
    expect(router.routes).toEqual([{ method: 'GET', pattern: '/users/:id', file: undefined }]);
    const match = router.find('GET', '/users/7?a=1');
    expect(match?.entry).toMatchObject({ method: 'GET', pattern: '/users/:id', route });
    expect({ ...match?.params }).toEqual({ id: '7' });
    expect(router.find('POST', '/users/7')).toBeUndefined();
  });

  test('takes what the makers of routes give', () => {
    const router = new Router();
    router.addRoute(
      'GET',
      '/a/:id',
      createGetRoute({
        schema: { params: z.object({ id: z.coerce.number() }) },
        handler: (ctx) => ctx.request.params.id,
      }),
    );
    expect(listed(router)).toEqual(['GET /a/:id']);
  });

  test.each<[string, unknown, unknown, string]>([
    ['get', '/a', route, '"get" is not a method that HTTP defines; methods are in capitals'],
    ['FETCH', '/a', route, '"FETCH" is not a method that HTTP defines; methods are in capitals'],
    ['GET', 'a', route, 'a pattern begins with "/", unlike "a"'],
    ['GET', undefined, route, 'a pattern begins with "/", unlike undefined'],
    ['GET', '/a', undefined, 'the route for GET /a has no handler function'],
    ['GET', '/a', { handler: 'x' }, 'the route for GET /a has no handler function'],
    ['GET', '/*/b', route, '"/*/b" is no pattern: Wildcard must be the last character in the route'],
    ['GET', '/:id([', route, '"/:id([" is no pattern: '],
  ])('refuses %s %j (case %#)', (method, pattern, given, problem) => {
    const router = new Router();
    expect(() => router.addRoute(method, pattern as string, given as typeof route)).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_ROUTE',
        message: expect.stringContaining(`addRoute(): ${problem}`) as string,
      }),
    );
    // What was refused leaves nothing behind.
    router.addRoute('GET', '/fine', route);
    expect(router.find('GET', '/fine')?.entry.pattern).toBe('/fine');
    expect(listed(router)).toEqual(['GET /fine']);
  });

  test('tells of a change', () => {
    let changes = 0;
    const router = new Router({ onChange: () => changes++ });
    router.addRoute('GET', '/a', route);
    router.addRoute('GET', '/b', route);
    expect(changes).toBe(2);
  });
});

describe('addRouteDirectory', () => {
  test('serves every route file, sorted by pattern and method, and nothing else', async () => {
    const directory = await directoryWith({
      'index.mjs': GET,
      'users/index.mjs': GET_POST,
      'users/[id].mjs': 'export default { GET: { handler: () => "x" }, DELETE: { handler: () => "y" } };\n',
      '(admin)/reports/[...path].mjs': GET,
      '_lib.mjs': 'throw new Error("not loaded");\n',
      '_lib/x.mjs': 'throw new Error("not loaded");\n',
      '.hidden.mjs': 'throw new Error("not loaded");\n',
      'users/users.test.mjs': 'throw new Error("not loaded");\n',
      'node_modules/dep/index.mjs': 'throw new Error("not loaded");\n',
      'README.md': '# routes\n',
    });
    const router = new Router();
    await router.addRouteDirectory(directory);
    expect(listed(router)).toEqual([
      'GET /',
      'GET /reports/*',
      'GET /users',
      'POST /users',
      'DELETE /users/:id',
      'GET /users/:id',
    ]);
    expect(router.routes[0]?.file).toBe(path.join(directory, 'index.mjs'));
    const match = router.find('GET', '/reports/2024/may');
    expect({ ...match?.params }).toEqual({ path: '2024/may' });
    expect(match?.entry.route.handler({} as never)).toBe('x');
    expect(router.find('DELETE', '/users/1')?.entry.file).toBe(path.join(directory, 'users/[id].mjs'));
  });

  test('with a prefix, next to other directories', async () => {
    const directory = await directoryWith({ 'index.mjs': GET, 'users/[id].mjs': GET });
    const router = new Router();
    await router.addRouteDirectory(directory, { prefix: '/v1' });
    await router.addRouteDirectory(path.relative(process.cwd(), directory), { prefix: '/v2/' });
    expect(listed(router)).toEqual(['GET /v1', 'GET /v1/users/:id', 'GET /v2', 'GET /v2/users/:id']);
    await router.close();
  });

  test('of a folder that is none says what to do', async () => {
    const directory = await directoryWith({ 'a.mjs': GET });
    const missing = path.join(directory, 'routes');
    await expect(new Router().addRouteDirectory(missing)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_ROUTE_LOAD',
      file: missing,
      message: `Route directory ${missing}: there is no such folder. Make it, or name the folder with your routes, best as an absolute path.`,
      cause: { code: 'ENOENT' },
    });
    const file = path.join(directory, 'a.mjs');
    await expect(new Router().addRouteDirectory(file)).rejects.toMatchObject({
      message: `Route directory ${file}: it is a file, not a folder.`,
    });
  });

  test('of an empty folder serves nothing', async () => {
    const router = new Router();
    await router.addRouteDirectory(await directoryWith({}));
    expect(router.routes).toEqual([]);
    expect(router.find('GET', '/')).toBeUndefined();
  });

  test('fails as a whole where one file is no route', async () => {
    const directory = await directoryWith({ 'a.mjs': GET, 'b.mjs': 'export const helper = 1;\n' });
    const router = new Router();
    await expect(router.addRouteDirectory(directory)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_ROUTE_LOAD',
      message: expect.stringMatching(/^Route file .*b\.mjs: it exports no route\./) as string,
    });
    expect(router.routes).toEqual([]);
  });

  test('fails where the name of a file can not be a path', async () => {
    const directory = await directoryWith({ '[[id]].mjs': GET });
    await expect(new Router().addRouteDirectory(directory)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_ROUTE_LOAD',
      message: `Route file [[id]].mjs: "[" can't be part of a path.`,
    });
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
    const router = new Router();
    router.addRoute('GET', first, route);
    expect(() => router.addRoute('GET', second, route)).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_ROUTE_CONFLICT',
        message: `Two routes for GET ${second}: one added in code, one added in code. Remove one of them, or change its method or path.`,
      }),
    );
    router.addRoute('POST', second, route);
    expect(listed(router).sort()).toEqual([`GET ${first}`, `POST ${second}`].sort());
  });

  test.each([
    ['/a', '/A'],
    ['/a', '/a/'],
    ['/users/:id', '/users/me'],
    ['/a::b', '/a::c'],
    ['/:id', '/*'],
  ])('%s and %s are two paths', (first, second) => {
    const router = new Router();
    router.addRoute('GET', first, route);
    router.addRoute('GET', second, route);
    expect(router.routes).toHaveLength(2);
    expect(router.find('GET', '/none/such')?.entry.pattern ?? '/*').toBe('/*');
  });

  test('follow the options', () => {
    const loose = new Router({ caseSensitive: false, ignoreTrailingSlash: true });
    loose.addRoute('GET', '/a', route);
    for (const same of ['/A', '/a/', '/A/'])
      expect(() => loose.addRoute('GET', same, route)).toThrow('Two routes');
    loose.addRoute('GET', '/', route);
    expect(loose.find('GET', '/A/')?.entry.pattern).toBe('/a');
  });

  test('name both files', async () => {
    const directory = await directoryWith({ 'users.mjs': GET, '(other)/users/index.mjs': GET });
    const relative = path.relative(process.cwd(), directory);
    await expect(new Router().addRouteDirectory(directory)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_ROUTE_CONFLICT',
      message: `Two routes for GET /users: one in ${path.join(relative, '(other)/users/index.mjs')}, one in ${path.join(relative, 'users.mjs')}. Remove one of them, or change its method or path.`,
    });
  });

  test('name the file and the code', async () => {
    const directory = await directoryWith({ 'users/[id].mjs': GET });
    const router = new Router();
    router.addRoute('GET', '/users/:name', route);
    await expect(router.addRouteDirectory(directory)).rejects.toThrow(
      /one added in code, one in .*users\/\[id\]\.mjs\./,
    );
    expect(listed(router)).toEqual(['GET /users/:name']);
  });
});

describe('HEAD', () => {
  test('is served by GET, and not listed', () => {
    const router = new Router();
    router.addRoute('GET', '/a/:id', route);
    expect(router.find('HEAD', '/a/1')?.entry.method).toBe('GET');
    expect(listed(router)).toEqual(['GET /a/:id']);
    router.addRoute('POST', '/b', route);
    expect(router.find('HEAD', '/b')).toBeUndefined();
  });

  test('has its own route where there is one, whatever its parameters are called', () => {
    const router = new Router();
    router.addRoute('HEAD', '/a/:name', route);
    router.addRoute('GET', '/a/:id', route);
    expect(router.find('HEAD', '/a/1')?.entry).toMatchObject({ method: 'HEAD', pattern: '/a/:name' });
  });
});

test('an optional parameter is found with and without', () => {
  const router = new Router();
  router.addRoute('GET', '/users/:id?', route);
  router.addRoute('HEAD', '/users', route);
  expect({ ...router.find('GET', '/users/7')?.params }).toEqual({ id: '7' });
  expect({ ...router.find('GET', '/users')?.params }).toEqual({});
  expect(router.find('HEAD', '/users')?.entry.method).toBe('HEAD');
});

test('table() holds what is made of each route', () => {
  const router = new Router();
  router.addRoute('GET', '/a', route);
  router.addRoute('POST', '/a', route);
  let compiled = 0;
  const table = router.table(({ method, pattern }) => `${++compiled} ${method} ${pattern}`);
  expect(table.find('HEAD', '/a')?.entry).toBe('1 GET /a');
  expect(table.find('POST', '/a')?.entry).toBe('2 POST /a');
  expect(compiled).toBe(2);
  expect(table.methodsOf('/a')).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST']);
  // A table that was made is not changed any more.
  router.addRoute('GET', '/b', route);
  expect(table.find('GET', '/b')).toBeUndefined();
});
