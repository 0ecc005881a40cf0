import { symlink } from 'node:fs/promises';
import path from 'node:path';

import { expect, test } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { entriesBelow } from './entries-below.ts';

test('links are listed but not followed, not even in a loop', async () => {
  const directory = await temporaryFolder({ 'routes/a/b.ts': '', 'other/c.ts': '' });
  const routes = path.join(directory, 'routes');
  await symlink('..', path.join(routes, 'a/loop'));
  await symlink('../other', path.join(routes, 'other'));
  const found = await entriesBelow(routes);
  const paths = found.map(({ parentPath, name }) => path.relative(routes, path.join(parentPath, name)));
  expect(paths.sort()).toEqual(['a', 'a/b.ts', 'a/loop', 'other']);
});

test('a missing folder has no entries', async () => {
  expect(await entriesBelow(path.join(await temporaryFolder(), 'missing'))).toEqual([]);
});
