import { truncate } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { Folder } from '../../test/static/site.ts';
import { FileStream } from './file-stream.ts';
import { openFile } from './open-file.ts';

test('holds one chunk while nobody reads, and closes the file when it is destroyed', async () => {
  await using folder = await Folder.of({ file: '' });
  await truncate(folder.at('file'), 10_000_000);
  const file = await openFile(folder.at('file'));
  const stream = new FileStream(file!, { start: 0, end: 9_999_999 });
  stream.read(0);
  await expect.poll(() => stream.readableLength).toBe(65_536);
  // More would come in the next turns.
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  expect(stream.readableLength).toBe(65_536);
  stream.destroy();
  await expect.poll(() => folder.open()).toEqual([]);
});

test('destroyed during a read, it closes the file after it', async () => {
  await using folder = await Folder.of({ file: 'x'.repeat(200_000) });
  const file = await openFile(folder.at('file'));
  const stream = new FileStream(file!, { start: 0, end: 199_999 });
  stream.read(0);
  stream.destroy();
  await expect.poll(() => folder.open()).toEqual([]);
});
