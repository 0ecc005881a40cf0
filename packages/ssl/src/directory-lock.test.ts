import { readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { temporaryDirectory } from '../test/temporary-directory.ts';
import { withDirectoryLock } from './directory-lock.ts';

test('work in one directory runs one after the other, and leaves nothing behind', async () => {
  const directory = await temporaryDirectory();
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
  expect(seen).toEqual(Array(10).fill(1));
  expect(await readdir(directory)).toEqual([]);
});

test('work that fails releases the lock', async () => {
  const directory = await temporaryDirectory();
  await expect(withDirectoryLock(directory, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withDirectoryLock(directory, () => Promise.resolve('yes'))).toBe('yes');
});

test.each([-60, 60])('a lock whose time is %i s away was left behind', async (seconds) => {
  const directory = await temporaryDirectory();
  const file = join(directory, 'lock');
  await writeFile(file, 'of a dead process');
  const time = Date.now() / 1000 + seconds;
  await utimes(file, time, time);
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
  expect(seen).toEqual(Array(10).fill(1));
  expect(await readdir(directory)).toEqual([]);
});

test("another owner's lock is not released", async () => {
  const directory = await temporaryDirectory();
  await withDirectoryLock(directory, () => writeFile(join(directory, 'lock'), 'of another'));
  expect(await readdir(directory)).toEqual(['lock']);
});

test('what cannot be a lock is an error, not a wait', async () => {
  const directory = await temporaryDirectory();
  await expect(withDirectoryLock(join(directory, 'missing'), () => Promise.resolve())).rejects.toThrow(
    'ENOENT',
  );
  await symlink('lock', join(directory, 'lock'));
  const held = withDirectoryLock(join(directory, 'lock'), () => Promise.resolve());
  await expect(held).rejects.toThrow('ELOOP');
});
