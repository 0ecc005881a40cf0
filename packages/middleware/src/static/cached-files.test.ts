import { rm, utimes, writeFile } from 'node:fs/promises';

import { expect, test, vi } from 'vitest';

import { Folder } from '../../test/static/site.ts';
import { CachedFiles } from './cached-files.ts';
import { closeContent } from './content.ts';
import { Root } from './open-file.ts';

/** A folder with a file that has rested, and its files with a clock. */
async function setUp() {
  const folder = await Folder.of({ 'a.txt': 'one', 'large.bin': Buffer.alloc(300_000) });
  const clock = { now: 0 };
  const root = new Root(folder.path, () => true);
  const files = new CachedFiles(root, { memory: 1_000_000, revalidate: 1000 }, () => clock.now);
  // Times of change can't be set, so today's date is moved instead.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
  return {
    folder,
    clock,
    files,
    async [Symbol.asyncDispose]() {
      vi.useRealTimers();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('a small file stays in memory, and is compared after a time', async () => {
  await using site = await setUp();
  const { files, folder, clock } = site;
  const path = folder.at('a.txt');
  expect(files.known(path)).toBeUndefined();
  const first = await files.find(path);
  expect(files.known(path)).toBe(first);
  clock.now = 1000;
  expect(files.known(path)).toBeUndefined();
  expect(await files.find(path)).toBe(first);
  await writeFile(path, 'two');
  expect(files.known(path)).toBe(first);
  clock.now = 2000;
  const second = await files.find(path);
  expect(String(second?.bytes)).toBe('two');
  expect(second?.etag).not.toBe(first?.etag);
});

test('content of the same size and time is noticed', async () => {
  await using site = await setUp();
  const { files, folder, clock } = site;
  const path = folder.at('a.txt');
  const first = await files.find(path);
  await writeFile(path, 'two');
  await utimes(path, new Date(first!.modified), new Date(first!.modified));
  clock.now = 1000;
  expect(String((await files.find(path))?.bytes)).toBe('two');
});

test('a deleted file is gone after a time', async () => {
  await using site = await setUp();
  const { files, folder, clock } = site;
  await files.find(folder.at('a.txt'));
  await rm(folder.at('a.txt'));
  clock.now = 1000;
  expect(await files.find(folder.at('a.txt'))).toBeNull();
  expect(files.known(folder.at('a.txt'))).toBeUndefined();
});

test('a file that was just written is not kept', async () => {
  await using folder = await Folder.of({ 'a.txt': 'one' });
  const files = new CachedFiles(new Root(folder.path, () => true), { memory: 1_000_000, revalidate: 1000 });
  expect(String((await files.find(folder.at('a.txt')))?.bytes)).toBe('one');
  expect(files.known(folder.at('a.txt'))).toBeUndefined();
});

test('what is missing is kept in mind only if asked to', async () => {
  await using site = await setUp();
  const { files, folder } = site;
  await files.find(folder.at('x'));
  await files.find(folder.at('a.txt.br'), true);
  expect([files.known(folder.at('x')), files.known(folder.at('a.txt.br'))]).toEqual([undefined, null]);
});

test('requests at the same time share a small file, and have a handle each of a large one', async () => {
  await using site = await setUp();
  const { files, folder } = site;
  const [a, b] = await Promise.all([files.find(folder.at('a.txt')), files.find(folder.at('a.txt'))]);
  expect(a).toBe(b);
  const path = folder.at('large.bin');
  const [c, d] = await Promise.all([files.find(path), files.find(path)]);
  expect(c?.file?.handle).not.toBe(d?.file?.handle);
  expect(await folder.open()).toHaveLength(2);
  await Promise.all([closeContent(c ?? undefined), closeContent(d ?? undefined)]);
});
