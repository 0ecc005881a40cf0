import { expect, test, vi } from 'vitest';

import { type Cache, createCache, memoryStore } from '../src/index.ts';
import { asSeenByAnother } from './faulty-store.ts';

/** A load that ends when it is told to. */
function slow(value: unknown = 'old') {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const load = vi.fn(async () => {
    begin();
    await ended;
    return value;
  });
  return { load, begun, end: () => end() };
}

const options = { ttl: 60_000, tags: ['users'] };

test.each(['compares and sets', 'cannot compare'])(
  'a purge beats a load under way, in a store that %s',
  async (kind) => {
    const store = asSeenByAnother(memoryStore(), { canReplace: kind === 'compares and sets' });
    const cache = createCache({ store });
    for (const purge of [
      () => cache.delete('a'),
      () => cache.deleteTag('users'),
      () => cache.set('a', 'set', { ttl: 60_000 }),
    ]) {
      const old = slow();
      const before = cache.wrap('a', options, old.load);
      await old.begun;
      await purge();
      const expected = await cache.get('a');
      // Who asks afterwards does not wait for the old load.
      const after = await cache.wrap('a', options, () => 'new');
      expect(after).toBe(expected ?? 'new');
      old.end();
      expect(await before).toBe('old');
      expect(await cache.get('a')).toBe(after);
      await cache.delete('a');
    }
  },
);

test('a purge of a tag that a load names itself beats it, also for who waits for it since', async () => {
  const cache = createCache();
  const old = slow();
  const load = async ({ addTags }: { addTags: (tag: string) => void }) => {
    const value = await old.load();
    addTags('late');
    return value;
  };
  const before = cache.wrap('a', { ttl: 60_000 }, load);
  await old.begun;
  await cache.deleteTag('late');
  const after = cache.wrap('a', { ttl: 60_000 }, () => 'new');
  old.end();
  expect([await before, await after, await cache.get('a')]).toEqual(['old', 'new', 'new']);
});

test('a purge by another process beats a load under way', async () => {
  const store = memoryStore();
  const [here, there] = [
    createCache({ store: asSeenByAnother(store) }),
    createCache({ store: asSeenByAnother(store) }),
  ];
  for (const purge of [
    () => there.delete('a'),
    () => there.deleteTag('users'),
    () => there.set('a', 'set', { ttl: 60_000 }),
  ]) {
    const old = slow();
    const before = here.wrap('a', options, old.load);
    await old.begun;
    await purge();
    old.end();
    await before;
    expect(await here.get('a')).not.toBe('old');
    await there.delete('a');
  }
});

test('a purge by another process beats the refresh of an old value', async () => {
  const store = memoryStore();
  const [here, there] = [
    createCache({ store: asSeenByAnother(store), jitter: 0 }),
    createCache({ store: asSeenByAnother(store) }),
  ];
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  try {
    const stale = { ttl: 10, tags: ['users'], staleWhileRevalidate: 60_000 };
    await here.wrap('a', stale, () => 'oldest');
    vi.setSystemTime(20);
    const old = slow();
    expect(await here.wrap('a', stale, old.load)).toBe('oldest');
    await old.begun;
    await there.deleteTag('users');
    old.end();
    expect(await here.wrap('a', stale, () => 'new')).not.toBe('oldest');
    await there.deleteTag('users');
    expect(await here.wrap('a', stale, () => 'new')).toBe('new');
  } finally {
    vi.useRealTimers();
  }
});

test('processes that load the same do not keep each other from storing it', async () => {
  const store = memoryStore();
  const caches = Array.from({ length: 8 }, () => createCache({ store: asSeenByAnother(store) }));
  const loads = caches.map((_, at) => slow(at));
  const values = caches.map((cache, at) => cache.wrap('a', options, loads[at]!.load));
  await Promise.all(loads.map(({ begun }) => begun));
  loads[5]!.end();
  expect(await values[5]).toBe(5);
  expect(await caches[0]!.get('a')).toBe(5);
  for (const { end } of loads) end();
  expect(await Promise.all(values)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(await caches[0]!.get('a')).toBe(5);
});

test('a value that ended by itself does not come back, and a purged one that slides does not either', async () => {
  const store = memoryStore();
  const cache = createCache({ store: asSeenByAnother(store, { canReplace: false }) });
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  try {
    await cache.set('a', 1, { ttl: 10_000, sliding: 1000 });
    for (let round = 0; round < 50; round++) {
      vi.setSystemTime(Date.now() + 150);
      const reading = cache.get('a');
      if (round === 40) {
        await cache.delete('a');
        await reading;
        break;
      }
      expect(await reading).toBe(1);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(await cache.get('a')).toBeUndefined();
    expect(store.usage()).toMatchObject({ entries: 0, tags: 0 });
  } finally {
    vi.useRealTimers();
  }
});

/** Reads and purges three keys in random order, many at once. */
function storm(caches: readonly Cache[]) {
  const versions = [0, 0, 0];
  const purged = [0, 0, 0];
  const older: string[] = [];
  let random = 12_345;
  const next = (below: number): number => (random = (random * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  const pause = async (turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const read = async (): Promise<void> => {
    await pause(next(6));
    const key = next(3);
    const least = purged[key]!;
    const load = async (): Promise<number> => {
      await pause(next(3));
      const version = versions[key]!;
      await pause(next(3));
      return version;
    };
    const found = await caches[next(caches.length)]!.wrap(
      ['k', key],
      { ttl: 60_000, tags: [`t${key}`] },
      load,
    );
    if (found < least) older.push(`${found} < ${least}`);
  };
  const write = async (): Promise<void> => {
    await pause(next(6));
    const key = next(3);
    const version = (versions[key]! += 1);
    const cache = caches[next(caches.length)]!;
    await (next(2) === 0 ? cache.deleteTag(`t${key}`) : cache.delete(['k', key]));
    purged[key] = Math.max(purged[key]!, version);
  };
  const round = async (): Promise<void> => {
    await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 4 === 0 ? write() : read())));
  };
  return { round, versions, older };
}

test.each([true, false])(
  'many calls and purges at once: nobody gets what is older than a purge (%s)',
  async (canReplace) => {
    const store = asSeenByAnother(memoryStore(), { canReplace });
    const { round, older } = storm([createCache({ store }), createCache({ store })]);
    for (let at = 0; at < 100; at++) await round();
    expect(older).toEqual([]);
  },
);

test('many calls and purges by several processes at once: nothing is kept that is older than a purge', async () => {
  const store = memoryStore();
  const caches = Array.from({ length: 3 }, () => createCache({ store: asSeenByAnother(store) }));
  const { round, versions } = storm(caches);
  for (let at = 0; at < 100; at++) {
    await round();
    const kept = await Promise.all(versions.map((_, key) => caches[0]!.get<number>(['k', key])));
    expect(kept.map((version, key) => version ?? versions[key])).toEqual(versions);
  }
});
