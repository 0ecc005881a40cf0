import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import * as realFs from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

import { diskStore } from '../src/disk.ts';
import { DiskFiles } from '../src/disk/disk-files.ts';
import { createCache } from '../src/index.ts';
import { bytes, testStore, text } from './store-contract.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cache-disk-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => void vi.useRealTimers());

const fresh = (): string => join(folder, String((count += 1)), 'cache');
const entriesIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => name.endsWith('.entry')).map((name) => join(directory, name));

describe('the contract', () => {
  testStore(() => {
    const store = diskStore({ directory: fresh() });
    return { store, [Symbol.asyncDispose]: () => store.close() };
  });
});

test('keeps values when the process ends, and shares them with others', async () => {
  const directory = fresh();
  const [a, b] = [diskStore({ directory }), diskStore({ directory })];
  await a.set('key', bytes('1'), { ttl: 60_000, tags: ['x'] });
  expect(text(await b.get('key'))).toBe('1');
  await b.deleteTag('x');
  expect(await a.get('key')).toBeUndefined();
  await b.set('key', bytes('2'), { tags: ['x'] });
  expect(text(await diskStore({ directory }).get('key'))).toBe('2');
});

test('nobody else may read its files', async () => {
  const directory = fresh();
  const store = diskStore({ directory });
  await store.set('../../key', bytes('1'), { tags: ['x'] });
  await store.deleteTag('../x');
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  const names = await readdir(directory);
  expect(names.map((name) => name.replace(/^[0-9a-f]{64}/, ''))).toEqual(
    expect.arrayContaining(['.entry', '.tag']),
  );
  for (const name of names) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
});

test('a file that is torn or damaged is no value, and a write mends it', async () => {
  const directory = fresh();
  const store = diskStore({ directory });
  await store.set('key', bytes('value'), { tags: ['x'] });
  const [path] = await entriesIn(directory);
  const good = await readFile(path!);
  for (let length = 0; length < good.length; length++) {
    await truncate(path!, length);
    expect(await store.get('key')).toBeUndefined();
    await writeFile(path!, good);
  }
  for (let at = 0; at < good.length; at++) {
    await writeFile(path!, Buffer.from(good).fill(good[at]! ^ 1, at, at + 1));
    expect(await store.get('key')).toBeUndefined();
  }
  await writeFile(path!, Buffer.concat([good, Buffer.from('x')]));
  expect(await store.get('key')).toBeUndefined();
  await store.sweep();
  await store.set('key', bytes('new'));
  expect(text(await store.get('key'))).toBe('new');
});

test('the value of another key in the place of its own is no value', async () => {
  const directory = fresh();
  const store = diskStore({ directory });
  await store.set('a', bytes('a'));
  const [a] = await entriesIn(directory);
  await store.set('b', bytes('b'));
  const b = (await entriesIn(directory)).find((path) => path !== a);
  await writeFile(b!, await readFile(a!));
  expect([text(await store.get('a')), await store.get('b')]).toEqual(['a', undefined]);
});

test('follows no links, and hangs on no pipe', async () => {
  const directory = fresh();
  const store = diskStore({ directory });
  await store.set('key', bytes('value'));
  const [path] = await entriesIn(directory);
  const outside = join(folder, 'outside');
  await writeFile(outside, await readFile(path!));
  const put: (() => unknown)[] = [
    () => symlink(outside, path!),
    () => execFileSync('mkfifo', [path!]),
    () => mkdir(path!),
  ];
  for (const [at, make] of put.entries()) {
    await rm(path!, { recursive: true });
    await make();
    expect(await store.get('key')).toBeUndefined();
    if (at === 2) await expect(store.set('key', bytes('new'))).rejects.toThrow();
    else {
      await store.set('key', bytes('new'));
      expect((await lstat(path!)).isFile()).toBe(true);
    }
  }
  expect(text(await readFile(outside))).not.toContain('new');
});

test('refuses a folder that is a link, a file, or open to others', async () => {
  const base = fresh();
  await mkdir(base, { recursive: true });
  await symlink(base, join(base, 'link'));
  await writeFile(join(base, 'file'), '');
  await mkdir(join(base, 'open'));
  await chmod(join(base, 'open'), 0o777);
  const refused: [string, string][] = [
    ['link', 'not of a link or file'],
    ['file', 'a folder that can be made'],
    ['open', 'no other user may write'],
    ['file/below', 'a folder that can be made'],
  ];
  for (const [name, message] of refused) {
    expect(() => diskStore({ directory: join(base, name) })).toThrow(message);
  }
  expect(() => diskStore({} as never)).toThrow('directory: expected the path of a folder');
  expect(() => diskStore({ directory: base, maxByte: 1 } as never)).toThrow('Did you mean `maxBytes`?');
});

test('deletes what was used longest ago when there is too much', async () => {
  const directory = fresh();
  const store = diskStore({ directory, maxBytes: 20 * 4096 });
  await store.set('kept', bytes('x'));
  for (let at = 0; at < 40; at++) {
    await store.set(`${at}`, bytes('x'));
    await store.sweep();
    // As if the last use was long ago.
    const paths = await entriesIn(directory);
    expect(paths.length).toBeLessThanOrEqual(20);
    for (const path of paths) {
      const { mtime, atimeMs } = await stat(path);
      await utimes(path, new Date(atimeMs - 100_000), mtime);
    }
    expect(await store.get('kept')).toBeDefined();
  }
  expect([await store.get('39'), await store.get('0')].map(text)).toEqual(['x', undefined]);
  // By themselves, too.
  await Promise.all(Array.from({ length: 200 }, (_, at) => store.set(`more ${at}`, bytes('x'))));
  await expect.poll(async () => (await entriesIn(directory)).length).toBeLessThanOrEqual(20);
  await store.set('large', new Uint8Array(20 * 4096));
  expect(await store.get('large')).toBeUndefined();
});

test('a sweep deletes what is over, purged or left from a crash, and forgets tags', async () => {
  const directory = fresh();
  const store = diskStore({ directory });
  await store.set('over', bytes('1'), { ttl: 1 });
  await store.set('purged', bytes('2'), { tags: ['x'] });
  await store.set('kept', bytes('3'), { tags: ['y'] });
  await store.deleteTag('x');
  await store.deleteTag('unused');
  await writeFile(join(directory, 'a.entry.0011.tmp'), 'half');
  await store.sweep();
  await expect.poll(async () => (await entriesIn(directory)).length).toBe(1);
  expect(text(await store.get('kept'))).toBe('3');
  expect(await readdir(directory)).toHaveLength(4);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
  await store.set('new', bytes('4'), { tags: ['x'] });
  await store.sweep();
  const names = (await readdir(directory)).map((name) => name.split('.').at(-1)).sort();
  // The tag that an entry remembers stays.
  expect(names).toEqual(['entry', 'entry', 'tag']);
  expect(text(await store.get('new'))).toBe('4');
});

test('a full disk rejects, leaves no half file, and the old value', async () => {
  const directory = fresh();
  await diskStore({ directory }).set('key', bytes('old'));
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const open: typeof realFs.open = async (path, flags, mode) => {
    const handle = await realFs.open(path, flags, mode);
    if ((Number(flags) & constants.O_CREAT) !== 0) {
      handle.writeFile = async () => {
        await handle.write('half');
        throw full;
      };
    }
    return handle;
  };
  const store = new DiskFiles(directory, 1_000_000, 0, { ...realFs, open });
  await expect(store.set('key', bytes('new'))).rejects.toBe(full);
  await expect(store.deleteTag('x')).rejects.toBe(full);
  expect(text(await store.get('key'))).toBe('old');
  expect(await readdir(directory)).toHaveLength(1);
  const cache = createCache({ store });
  expect(await cache.wrap('key', { ttl: 1000 }, () => 'loaded')).toBe('loaded');
});

test('goes on if somebody deletes the folder', async () => {
  const directory = fresh();
  const store = diskStore({ directory });
  await store.set('key', bytes('1'));
  await rm(directory, { recursive: true });
  expect(await store.get('key')).toBeUndefined();
  await store.sweep();
  await store.set('key', bytes('2'));
  expect(text(await store.get('key'))).toBe('2');
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

test('thousands at once open only so many files', async () => {
  let open = 0;
  let most = 0;
  const fs = {
    ...realFs,
    open: async (...args: Parameters<typeof realFs.open>) => {
      const handle = await realFs.open(...args);
      most = Math.max(most, (open += 1));
      const close = handle.close.bind(handle);
      handle.close = () => {
        open -= 1;
        return close();
      };
      return handle;
    },
  };
  const store = new DiskFiles(fresh(), 1_000_000_000, 0, fs);
  await Promise.all(
    Array.from({ length: 2000 }, (_, at) =>
      at % 2 ? store.get(`${at - 1}`) : store.set(`${at}`, bytes('x')),
    ),
  );
  expect(open).toBe(0);
  expect(most).toBeLessThanOrEqual(64);
});
