import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';
import { expect, test } from 'vitest';

import { directoryWith } from '../test/temporary-directory.ts';
import { findRouteFiles } from './load-routes.ts';

test('findRouteFiles gives each file with its path, and loads none', async () => {
  const directory = await directoryWith({
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

test('findRouteFiles refuses a name that can not be a path', async () => {
  const directory = await directoryWith({ '[a][b].ts': '' });
  await expect(findRouteFiles(directory)).rejects.toThrow(RouteLoadError);
  await expect(findRouteFiles(directory)).rejects.toMatchObject({ file: path.join(directory, '[a][b].ts') });
});
