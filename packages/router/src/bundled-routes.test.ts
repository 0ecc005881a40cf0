import { afterEach, expect, test } from 'vitest';

import { bundledRoutes } from './bundled-registry.ts';
import { type BundledFolders, provideBundledRoutes } from './bundled-routes.ts';
import { RouteSet } from './route-set.ts';

let withdraw: (() => void) | undefined;
afterEach(() => withdraw?.());

const GET = { handler: () => 'x' };

async function opened(folders: BundledFolders) {
  withdraw = provideBundledRoutes(folders);
  const routes = new RouteSet();
  const files = await bundledRoutes()?.(routes, {});
  if (!files) throw new Error('none');
  const shown = () => routes.routes.map(({ method, pattern }) => `${method} ${pattern}`);
  return { routes, files, shown };
}

test('the routes of a folder are added, and removed again', async () => {
  const { files, shown } = await opened({
    'src/routes': { 'index.ts': { GET }, 'users/[id].ts': { GET }, 'files/[...path].ts': { GET } },
  });
  const remove = await files.add('./src/routes/', { prefix: '/api' });
  expect(shown()).toEqual(['GET /api', 'GET /api/files/*', 'GET /api/users/:id']);
  remove();
  expect(shown()).toEqual([]);
  await files.close();
});

test('folder files apply to what is below them', async () => {
  const { files, routes } = await opened({
    routes: {
      'a/_middleware.ts': { default: { name: 'a', onRequest: () => undefined } },
      'a/b.ts': { GET },
      'c.ts': { GET },
      '_404.ts': { default: () => 'nothing' },
    },
  });
  await files.add('routes');
  const entries = ['/a/b', '/c'].map(
    (path) => routes.find('GET', path) as { entry?: unknown; value?: unknown },
  );
  expect(JSON.stringify(entries.map((match) => match.entry ?? match.value ?? match))).toContain('"name":"a"');
  expect(routes.notFoundTable((entry) => entry.info.pattern)?.find('GET', '/x')).toBeDefined();
});

test('another folder is an error that says which ones there are', async () => {
  const { files } = await opened({ 'src/routes': {}, 'admin/routes': {} });
  await expect(files.add('routes')).rejects.toMatchObject({
    code: 'ERR_BLAIZE_ROUTE_LOAD',
    message: expect.stringContaining('src/routes, admin/routes') as string,
  });
  await expect(files.add('/src/routes')).rejects.toMatchObject({ code: 'ERR_BLAIZE_ROUTE_LOAD' });
});

test('what is wrong with a file is said with its name', async () => {
  const { files } = await opened({ routes: { 'a.ts': { get: GET }, 'b.ts': {} } });
  await expect(files.add('routes')).rejects.toThrow(/routes\/a\.ts.*Did you mean GET/);
});

test('two files for one path are in conflict, and nothing is added', async () => {
  const { files, shown } = await opened({ routes: { 'a.ts': { GET }, '(group)/a.ts': { GET } } });
  await expect(files.add('routes')).rejects.toMatchObject({ code: 'ERR_BLAIZE_ROUTE_CONFLICT' });
  expect(shown()).toEqual([]);
});

test('they are withdrawn', () => {
  const before = bundledRoutes();
  const take = provideBundledRoutes({});
  expect(bundledRoutes()).not.toBe(before);
  take();
  take();
  expect(bundledRoutes()).toBe(before);
});
