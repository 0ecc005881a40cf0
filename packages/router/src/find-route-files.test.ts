import { rm, symlink } from 'node:fs/promises';
import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';
import { describe, expect, test } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { findRouteFiles, lookForRoutes } from './find-route-files.ts';

test('findRouteFiles returns each file with its path, and loads none', async () => {
  const directory = await temporaryFolder({
    'users/[id].ts': 'throw new Error("loaded")',
    'files/[...rest].mjs': '',
    'index.ts': '',
    '_helper.ts': '',
    'index.test.ts': '',
  });
  expect(await findRouteFiles(directory, { prefix: '/api' })).toEqual([
    { file: path.join(directory, 'files/[...rest].mjs'), pattern: '/api/files/*', wildcard: 'rest' },
    { file: path.join(directory, 'index.ts'), pattern: '/api', wildcard: undefined },
    { file: path.join(directory, 'users/[id].ts'), pattern: '/api/users/:id', wildcard: undefined },
  ]);
});

test('findRouteFiles refuses a name that cannot be a path', async () => {
  const directory = await temporaryFolder({ '[a][b].ts': '' });
  await expect(findRouteFiles(directory)).rejects.toThrow(RouteLoadError);
  await expect(findRouteFiles(directory)).rejects.toMatchObject({ file: path.join(directory, '[a][b].ts') });
});

describe('links', () => {
  test('are followed, to files and folders, one after the other', async () => {
    const directory = await temporaryFolder({
      'routes/index.ts': '',
      'shared/users.ts': '',
      'further/posts.ts': '',
      'further/helper.json': '',
    });
    await symlink('../shared', path.join(directory, 'routes/linked'));
    await symlink('../further', path.join(directory, 'shared/further'));
    await symlink('../shared/users.ts', path.join(directory, 'routes/single.ts'));
    await symlink('../shared', path.join(directory, 'routes/_ours'));
    await symlink('../further/helper.json', path.join(directory, 'routes/data.json'));
    await symlink('nobody@host.4711', path.join(directory, 'routes/.#index.ts'));
    const routes = path.join(directory, 'routes');
    const found = await lookForRoutes({ directory: routes, prefix: '' });
    expect(found.files.map(({ pattern }) => pattern)).toEqual([
      '/',
      '/linked/further/posts',
      '/linked/users',
      '/single',
    ]);
    expect(found.files[1]?.file).toBe(path.join(routes, 'linked/further/posts.ts'));
    expect([...found.linked].sort()).toEqual(['further', 'shared'].map((name) => path.join(directory, name)));
    expect(found.problems.size).toBe(0);
  });

  test('that form a loop are refused, depending on how they are reached', async () => {
    const directory = await temporaryFolder({ 'routes/a/b/index.ts': '', 'shared/index.ts': '' });
    const routes = path.join(directory, 'routes');
    await symlink('../..', path.join(routes, 'a/b/up'));
    await symlink('../shared', path.join(routes, 'out'));
    await symlink('../routes/a', path.join(directory, 'shared/back'));
    await symlink('itself', path.join(routes, 'itself'));
    const { files, problems } = await lookForRoutes({ directory: routes, prefix: '' });
    const reached = [...problems.keys()].map((file) => path.relative(routes, file)).sort();
    expect(reached).toEqual(['a/b/up', 'itself', 'out/back/b/up']);
    // From here, `a` is not a loop: it is served in two places.
    expect(files.map(({ pattern }) => pattern)).toEqual(['/a/b', '/out/back/b', '/out']);
    await expect(findRouteFiles(routes)).rejects.toThrow(
      /^Link .* Change or remove the link, or prefix its name/,
    );
  });

  test('to missing files are refused, and the error names the target', async () => {
    const directory = await temporaryFolder({ 'index.ts': '', 'target.ts': '' });
    await symlink('target.ts', path.join(directory, 'link.ts'));
    await rm(path.join(directory, 'target.ts'));
    await expect(findRouteFiles(directory)).rejects.toMatchObject({
      code: 'ERR_BLAIZE_ROUTE_LOAD',
      file: path.join(directory, 'link.ts'),
      message: expect.stringContaining('link.ts: it leads to target.ts, which does not exist.') as string,
    });
  });
});

test('.well-known is a folder of routes (RFC 8615), unlike other names that begin with a dot', async () => {
  const directory = await temporaryFolder({
    '.well-known/security.txt.ts': '',
    '.git/index.ts': '',
    '.env.ts': '',
  });
  expect((await findRouteFiles(directory)).map(({ pattern }) => pattern)).toEqual([
    '/.well-known/security.txt',
  ]);
});
