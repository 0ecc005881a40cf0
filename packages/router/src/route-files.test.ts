import path from 'node:path';

import { describe, expect, test } from 'vitest';

import { matchIn } from '../test/match.ts';
import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { RouteFiles } from './route-files.ts';
import { RouteSet } from './route-set.ts';

const route = { handler: () => 'x' };
const GET = 'export const GET = () => "x";\n';
const GET_POST = 'export const GET = () => "x";\nexport const POST = { handler: () => "y" };\n';

const listed = (routes: RouteSet): string[] =>
  routes.routes.map(({ method, pattern }) => `${method} ${pattern}`);

describe('a route that was made for a path', () => {
  const made = (where: string): string => `export const GET = { path: '${where}', handler: () => 'x' };\n`;

  test.each([
    ['users/[id].mjs', '/users/[id]', undefined],
    ['files/[...path].mjs', '/files/[...path]', undefined],
    ['(admin)/a:b/index.mjs', '/api/a:b', '/api'],
    ['[a]-[b].mjs', '/[a]-[b]', undefined],
  ])('%s is served at %s', async (file, where, prefix) => {
    const routes = new RouteSet();
    await new RouteFiles(routes).add(await temporaryFolder({ [file]: made(where) }), { prefix });
    expect(routes.routes).toHaveLength(1);
  });

  test('does not load elsewhere, and says where it is', async () => {
    const directory = await temporaryFolder({ 'users/[id].mjs': made('/users/[userId]') });
    await expect(new RouteFiles(new RouteSet()).add(directory)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_ROUTE_LOAD',
      message: expect.stringMatching(
        /the route for GET was made for "\/users\/\[userId\]", but its file is served at "\/users\/\[id\]"\./,
      ) as string,
    });
  });
});

describe('add', () => {
  test('serves every route file, sorted by pattern and method, and nothing else', async () => {
    const directory = await temporaryFolder({
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
    const routes = new RouteSet();
    await new RouteFiles(routes).add(directory);
    expect(listed(routes)).toEqual([
      'GET /',
      'GET /reports/*',
      'GET /users',
      'POST /users',
      'DELETE /users/:id',
      'GET /users/:id',
    ]);
    expect(routes.routes[0]?.file).toBe(path.join(directory, 'index.mjs'));
    const match = matchIn(routes, 'GET', '/reports/2024/may');
    expect({ ...match?.params }).toEqual({ path: '2024/may' });
    expect(match?.entry.route.handler({} as never)).toBe('x');
    expect(matchIn(routes, 'DELETE', '/users/1')?.entry.info.file).toBe(
      path.join(directory, 'users/[id].mjs'),
    );
  });

  test('with a prefix, next to other directories', async () => {
    const directory = await temporaryFolder({ 'index.mjs': GET, 'users/[id].mjs': GET });
    const routes = new RouteSet();
    const files = new RouteFiles(routes);
    await files.add(directory, { prefix: '/v1' });
    await files.add(path.relative(process.cwd(), directory), { prefix: '/v2/' });
    expect(listed(routes)).toEqual(['GET /v1', 'GET /v1/users/:id', 'GET /v2', 'GET /v2/users/:id']);
    await files.close();
  });

  test('of a missing folder says what to do', async () => {
    const directory = await temporaryFolder({ 'a.mjs': GET });
    const missing = path.join(directory, 'routes');
    await expect(new RouteFiles(new RouteSet()).add(missing)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_ROUTE_LOAD',
      file: missing,
      message: `Route directory ${missing}: there is no such folder. Create it, or pass the folder with your routes, preferably as an absolute path.`,
      cause: { code: 'ENOENT' },
    });
    const file = path.join(directory, 'a.mjs');
    await expect(new RouteFiles(new RouteSet()).add(file)).rejects.toMatchObject({
      message: `Route directory ${file}: it is a file, not a folder.`,
    });
  });

  test('of an empty folder serves nothing', async () => {
    const routes = new RouteSet();
    await new RouteFiles(routes).add(await temporaryFolder());
    expect(routes.routes).toEqual([]);
    expect(routes.find('GET', '/')).toBeUndefined();
  });

  test('adds no route if one file is not a route', async () => {
    const directory = await temporaryFolder({ 'a.mjs': GET, 'b.mjs': 'export const helper = 1;\n' });
    const routes = new RouteSet();
    await expect(new RouteFiles(routes).add(directory)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_ROUTE_LOAD',
      message: expect.stringMatching(/^Route file .*b\.mjs: it exports no route\./) as string,
    });
    expect(routes.routes).toEqual([]);
  });

  test('fails if the middleware of a route is invalid', async () => {
    const directory = await temporaryFolder({
      'a.mjs': 'export const GET = { middleware: [undefined], handler: () => 1 };\n',
    });
    await expect(new RouteFiles(new RouteSet()).add(directory)).rejects.toMatchObject({
      file: path.join(directory, 'a.mjs'),
      message: expect.stringMatching(
        /^Route file .*a\.mjs: export GET has 1 problem:\n {2}- middleware\[0\]: expected a function \(ctx, next\) or what/,
      ) as string,
    });
  });

  test('fails if the name of a file cannot be a path', async () => {
    const directory = await temporaryFolder({ '[[id]].mjs': GET });
    await expect(new RouteFiles(new RouteSet()).add(directory)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_ROUTE_LOAD',
      message: `Route file [[id]].mjs: "[" can't be part of a path.`,
    });
  });
});

describe('two routes for one method and path', () => {
  test('name both files', async () => {
    const directory = await temporaryFolder({ 'users.mjs': GET, '(other)/users/index.mjs': GET });
    const relative = path.relative(process.cwd(), directory);
    await expect(new RouteFiles(new RouteSet()).add(directory)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_ROUTE_CONFLICT',
      message: `Two routes for GET /users: one in ${path.join(relative, '(other)/users/index.mjs')}, one in ${path.join(relative, 'users.mjs')}. Remove one of them, or change its method or path.`,
    });
  });

  test('name the file and the code', async () => {
    const directory = await temporaryFolder({ 'users/[id].mjs': GET });
    const routes = new RouteSet();
    routes.add('GET', '/users/:name', route);
    await expect(new RouteFiles(routes).add(directory)).rejects.toThrow(
      /one added in code, one in .*users\/\[id\]\.mjs\./,
    );
    expect(listed(routes)).toEqual(['GET /users/:name']);
  });
});
