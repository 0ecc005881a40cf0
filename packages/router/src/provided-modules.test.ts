import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';
import { expect, test } from 'vitest';

import { matchIn } from '../test/match.ts';
import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { provideRouteModules } from './provided-modules.ts';
import { RouteFiles } from './route-files.ts';
import { RouteSet } from './route-set.ts';

const answering = (value: string) => async () => ({ GET: () => value });

test('a folder whose modules are provided need not exist', async () => {
  const directory = path.resolve('/not/there/routes');
  provideRouteModules(directory, {
    'index.ts': answering('home'),
    'users/[id].ts': answering('user'),
    'files/[...path].ts': answering('file'),
  });
  const routes = new RouteSet();
  const files = new RouteFiles(routes, { watch: true });
  await files.add(directory, { prefix: '/api' });
  expect(routes.routes).toMatchObject([
    { method: 'GET', pattern: '/api', file: path.join(directory, 'index.ts') },
    { method: 'GET', pattern: '/api/files/*', file: path.join(directory, 'files/[...path].ts') },
    { method: 'GET', pattern: '/api/users/:id', file: path.join(directory, 'users/[id].ts') },
  ]);
  expect({ ...matchIn(routes, 'GET', '/api/files/a/b')?.params }).toEqual({ path: 'a/b' });
  await files.close();
});

test('any path to the folder works', async () => {
  provideRouteModules('not-there-either', { 'index.ts': answering('home') });
  const routes = new RouteSet();
  const files = new RouteFiles(routes);
  await files.add(path.resolve('x/../not-there-either/'));
  expect(routes.routes).toHaveLength(1);
});

test('modules are not loaded before the folder is added', async () => {
  let loaded = 0;
  provideRouteModules('/not/there/lazy', {
    'index.ts': async () => {
      loaded++;
      return { GET: () => 'x' };
    },
  });
  expect(loaded).toBe(0);
  await new RouteFiles(new RouteSet()).add('/not/there/lazy');
  expect(loaded).toBe(1);
});

test('the error for a module that does not load names its file', async () => {
  const reason = new Error('no database');
  provideRouteModules('/not/there/broken', {
    'fine.ts': answering('x'),
    'users.ts': () => Promise.reject(reason),
  });
  const adding = new RouteFiles(new RouteSet()).add('/not/there/broken');
  await expect(adding).rejects.toThrow(RouteLoadError);
  await expect(adding).rejects.toMatchObject({
    file: path.resolve('/not/there/broken/users.ts'),
    message: expect.stringMatching(/users\.ts did not load: .*no database/),
    cause: reason,
  });
});

test('other folders are read, and the error for a missing one names the folders of the build', async () => {
  provideRouteModules('/not/there/built', {});
  const directory = await temporaryFolder({ 'there.mjs': 'export const GET = () => "x";' });
  const routes = new RouteSet();
  const files = new RouteFiles(routes);
  await files.add(directory);
  expect(routes.routes).toHaveLength(1);
  await expect(files.add('/not/there/other')).rejects.toThrow(
    /^Route directory \S*other: there is no such folder\. The build has the routes of .*\/not\/there\/built/,
  );
});
