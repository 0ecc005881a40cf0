import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, test } from 'vitest';

import { fileOf, keyOf, stamp, unstamped, versionOf } from './module-url.ts';

test.each([
  ['file:///a.ts', 2, 'file:///a.ts?blaize=2'],
  ['file:///a.ts?raw', 2, 'file:///a.ts?raw&blaize=2'],
  ['file:///a.ts?blaize=1', 2, 'file:///a.ts?blaize=2'],
  ['file:///a.ts?blaize=1&raw', 2, 'file:///a.ts?raw&blaize=2'],
  ['file:///a.ts?raw&blaize=1', 0, 'file:///a.ts?raw'],
  ['file:///a.ts?blaize=1', 0, 'file:///a.ts'],
])('%s in version %i is %s', (url, version, stamped) => {
  expect(stamp(url, version)).toBe(stamped);
  expect(versionOf(stamped)).toBe(version);
  expect(fileOf(stamped)).toBe('file:///a.ts');
});

test('versions are removed from a text', () => {
  expect(unstamped('at file:///a.ts?blaize=12:3:4\nat /b.ts?blaize=1&raw:1')).toBe(
    'at file:///a.ts:3:4\nat /b.ts?raw:1',
  );
});

test('a file has the same key under all its names, even after it is deleted', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'blaize-key-'));
  const [real, link] = [path.join(directory, 'real #1.ts'), path.join(directory, 'link.ts')];
  await writeFile(real, '');
  await symlink(real, link);
  const key = keyOf(real);
  expect(keyOf(link)).toBe(key);
  expect(key).toContain('real%20%231.ts');
  await rm(directory, { recursive: true });
  expect(keyOf(link)).toMatch(/link\.ts$/);
});
