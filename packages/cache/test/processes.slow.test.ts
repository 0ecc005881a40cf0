import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { CacheProcess } from './cache-process.ts';
import type { StoreName } from './children/commands.ts';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';

// Each process starts the compiler: on a machine with other work, that takes its time.
const PATIENCE_MS = 90_000;

let server: RedisServer;
let folder: string;
const processes: CacheProcess[] = [];
beforeAll(async () => {
  server = await RedisServer.start();
  folder = await mkdtemp(join(tmpdir(), 'cache-processes-'));
  while (processes.length < 3) {
    const process = new CacheProcess(server.path, join(folder, 'cache'));
    processes.push(process);
    await process.ready();
  }
}, PATIENCE_MS);
afterAll(async () => {
  for (const process of processes) await process[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  for (const store of ['redis', 'tiered', 'disk'] as const) await processes[0]!.do({ store, do: 'purge' });
});

const wrapAll = (store: StoreName, value: unknown): Promise<unknown[]> =>
  Promise.all(processes.map((process) => process.do({ store, do: 'wrap', value })));

test.each<StoreName>(['redis', 'tiered', 'disk'])('a purge by one process reaches all: %s', async (store) => {
  const [first, second] = processes as [CacheProcess, CacheProcess];
  await first.do({ store, do: 'wrap', value: 'old' });
  expect(await wrapAll(store, 'unused')).toEqual(['old', 'old', 'old']);
  await second.do({ store, do: 'purge' });
  // Messages take a moment.
  await expect.poll(() => first.do({ store, do: 'wrap', value: 'new' })).toBe('new');
  await expect.poll(() => wrapAll(store, 'unused')).toEqual(['new', 'new', 'new']);
  await second.do({ store, do: 'delete' });
  await expect.poll(() => wrapAll(store, 'newest')).toEqual(['newest', 'newest', 'newest']);
});

test.each<[StoreName, 'purge' | 'delete']>([
  ['redis', 'purge'],
  ['redis', 'delete'],
  ['tiered', 'purge'],
  ['tiered', 'delete'],
  ['disk', 'purge'],
  ['disk', 'delete'],
])('a purge by another process beats a load under way: %s, %s', async (store, purge) => {
  const [first, second] = processes as [CacheProcess, CacheProcess];
  const loading = first.loading();
  const old = first.do({ store, do: 'wrap', value: 'old', isHeld: true });
  await loading;
  await second.do({ store, do: purge });
  await first.do({ store, do: 'release' });
  expect(await old).toBe('old');
  expect(await first.do({ store, do: 'wrap', value: 'new' })).toBe('new');
  expect(await second.do({ store, do: 'wrap', value: 'unused' })).toBe('new');
});

test.each<StoreName>(['redis', 'tiered', 'disk'])(
  'many writes and purges at once leave no torn value: %s',
  async (store) => {
    const found = await Promise.all(processes.map((process) => process.do({ store, do: 'hammer' })));
    for (const value of (found as unknown[][]).flat())
      expect(['0', '1', '2', null, undefined]).toContain(value);
  },
);

test('values are loaded while Redis hangs or is gone, and nothing old is near when it is back', async () => {
  const [first] = processes as [CacheProcess];
  const store = 'tiered';
  await wrapAll(store, 'old');
  server.freeze();
  try {
    const start = performance.now();
    const ask = (process: CacheProcess, key: string) =>
      process.do({ store, do: 'wrap', value: 'loaded', key });
    await Promise.all(Array.from({ length: 20 }, (_, at) => ask(processes[at % 3]!, `new ${at}`)));
    expect(performance.now() - start).toBeLessThan(3000);
    await expect(first.do({ store: 'redis', do: 'purge' })).rejects.toThrow('did not answer within');
  } finally {
    server.thaw();
  }
  await server.stop();
  // It forgets everything, and so does who no longer hears of purges.
  await expect.poll(() => first.do({ store, do: 'wrap', value: 'loaded' })).toBe('loaded');
  await server.start();
  // Whoever finds it away still loads by itself. Once all have found it, they agree.
  const wrapOwn = () =>
    Promise.all(processes.map((each, at) => each.do({ store, do: 'wrap', value: `again ${at}` })));
  await expect.poll(async () => new Set(await wrapOwn()).size).toBe(1);
  expect((await wrapOwn())[0]).toMatch(/^again /);
}, 30_000);
