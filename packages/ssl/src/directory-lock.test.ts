import { lutimes, mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { withDirectoryLock } from './directory-lock.ts';

/** Starts ten tasks at once, and returns how many of them ran at the same time at most. */
async function mostAtOnce(directory: string): Promise<number> {
  let running = 0;
  const seen = await Promise.all(
    Array.from({ length: 10 }, () =>
      withDirectoryLock(directory, async () => {
        running++;
        await readdir(directory);
        return running--;
      }),
    ),
  );
  return Math.max(...seen);
}

async function leaveBehind(file: string, secondsAgo: number): Promise<void> {
  const time = Date.now() / 1000 - secondsAgo;
  await writeFile(file, '');
  await utimes(file, time, time);
}

test('tasks in one directory run one after the other, and leave nothing behind', async () => {
  const directory = await temporaryFolder();
  expect(await mostAtOnce(directory)).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

test('a task that fails releases the lock', async () => {
  const directory = await temporaryFolder();
  await expect(withDirectoryLock(directory, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withDirectoryLock(directory, () => Promise.resolve('yes'))).toBe('yes');
});

test.each([
  ['long ago', ['lock'], 60],
  ['by a process whose clock was ahead', ['lock'], -60],
  ['by a process that was removing another lock', ['lock', 'lock.stale'], 60],
])('a lock that was left behind %s is removed', async (_when, names, secondsAgo) => {
  const directory = await temporaryFolder();
  for (const name of names) await leaveBehind(join(directory, name), secondsAgo);
  expect(await mostAtOnce(directory)).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

test('a symbolic link in place of the lock is removed, not followed', async () => {
  const directory = await temporaryFolder();
  const target = join(directory, 'target');
  await symlink(target, join(directory, 'lock'));
  await lutimes(join(directory, 'lock'), 0, 0);
  await withDirectoryLock(directory, () => Promise.resolve());
  expect(await readdir(directory)).toEqual([]);
});

test('a lock that cannot be created is an error, and nothing waits for it', async () => {
  const directory = await temporaryFolder();
  await expect(withDirectoryLock(join(directory, 'missing'), () => Promise.resolve())).rejects.toThrow(
    'ENOENT',
  );
  await mkdir(join(directory, 'lock'));
  await utimes(join(directory, 'lock'), 0, 0);
  await expect(withDirectoryLock(directory, () => Promise.resolve())).rejects.toThrow('EISDIR');
});
