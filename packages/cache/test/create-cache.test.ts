import type { KeyValueStore } from '@blaizejs/types';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { createCache, memoryStore } from '../src/index.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const advance = (milliseconds: number): void => void vi.setSystemTime(Date.now() + milliseconds);

/** Something to load, which can be told when to end. */
function source() {
  const waiting: ((value: unknown) => void)[] = [];
  const load = vi.fn(() => new Promise<unknown>((resolve) => waiting.push(resolve)));
  const loadNo = async (count: number): Promise<void> => {
    await expect.poll(() => load.mock.calls.length).toBe(count);
  };
  return { load, loadNo, end: (value: unknown, at = 0) => waiting[at]?.(value) };
}

test('loads a value once, until its ttl is over', async () => {
  const cache = createCache();
  let count = 0;
  const load = async (): Promise<{ count: number }> => Promise.resolve({ count: (count += 1) });
  const call = () => cache.wrap(['user', 7], { ttl: 1000 }, load);
  expect([await call(), await call()]).toEqual([{ count: 1 }, { count: 1 }]);
  advance(999);
  expect(await call()).toEqual({ count: 1 });
  advance(1);
  expect(await call()).toEqual({ count: 2 });
  expect(cache.stats()).toEqual({
    ...{ hits: 2, misses: 2, stale: 0, loads: 2, errors: 0, storeErrors: 0 },
    byPrefix: { user: { hits: 2, misses: 2, stale: 0, loads: 2, errors: 0 } },
  });
});

test('100 who ask at once wait for one load, and each gets a copy of its own', async () => {
  const cache = createCache();
  const { load, end, loadNo } = source();
  const calls = Array.from({ length: 100 }, () => cache.wrap('a', { ttl: 1000 }, load));
  await loadNo(1);
  const value = { list: [1] };
  end(value);
  const values = await Promise.all(calls);
  expect(load).toHaveBeenCalledTimes(1);
  (values[0] as typeof value).list.push(2);
  value.list.push(3);
  expect(values[1]).toEqual({ list: [1] });
  expect(await cache.get('a')).toEqual({ list: [1] });
});

test('a load that fails rejects all who wait, is not kept, and the next call loads again', async () => {
  const cache = createCache();
  const error = new Error('away');
  const load = vi.fn<() => Promise<number>>().mockRejectedValueOnce(error).mockResolvedValue(5);
  const calls = Array.from({ length: 10 }, () => cache.wrap('a', { ttl: 1000 }, load));
  const results = await Promise.allSettled(calls);
  expect(results.every((result) => result.status === 'rejected' && result.reason === error)).toBe(true);
  expect(await cache.wrap('a', { ttl: 1000 }, load)).toBe(5);
  expect(load).toHaveBeenCalledTimes(2);
  await expect(
    cache.wrap('b', { ttl: 1 }, () => {
      throw error;
    }),
  ).rejects.toBe(error);
  expect(cache.stats()).toMatchObject({ errors: 2, loads: 3 });
});

test('null and undefined are values, which may be kept for another time', async () => {
  const cache = createCache();
  const load = vi.fn<() => null | undefined>().mockReturnValueOnce(null).mockReturnValueOnce(undefined);
  const options = { ttl: 1000, negativeTtl: 100 };
  expect([await cache.wrap('a', options, load), await cache.wrap('a', options, load)]).toEqual([null, null]);
  advance(100);
  expect([await cache.wrap('a', options, load), await cache.wrap('a', options, load)]).toEqual([
    undefined,
    undefined,
  ]);
  expect(load).toHaveBeenCalledTimes(2);
  await cache.wrap('c', { ttl: 1000, negativeTtl: 0 }, () => null);
  expect(await cache.wrap('c', { ttl: 1000 }, () => 1)).toBe(1);
});

test('answers with an old value while it loads a new one', async () => {
  const cache = createCache();
  const { load, end, loadNo } = source();
  const call = () => cache.wrap('a', { ttl: 1000, staleWhileRevalidate: 500 }, load);
  const first = call();
  await loadNo(1);
  end('old');
  await first;
  advance(1200);
  expect(await Promise.all([call(), call(), call()])).toEqual(['old', 'old', 'old']);
  await loadNo(2);
  expect(await call()).toBe('old');
  expect(load).toHaveBeenCalledTimes(2);
  end('new', 1);
  await expect.poll(call).toBe('new');
  advance(1600);
  const last = call();
  await loadNo(3);
  end('newest', 2);
  expect(await last).toBe('newest');
});

test('answers with an old value if loading fails, and leaves the source alone for a second', async () => {
  const warn = vi.fn();
  const cache = createCache({ logger: { info: vi.fn(), warn } });
  const load = vi.fn<() => string>().mockReturnValueOnce('old');
  const call = () => cache.wrap('a', { ttl: 1000, staleIfError: 10_000 }, load);
  await call();
  load.mockImplementation(() => {
    throw new Error('away');
  });
  advance(1000);
  expect([await call(), await call()]).toEqual(['old', 'old']);
  expect(load).toHaveBeenCalledTimes(2);
  expect(warn).toHaveBeenCalledOnce();
  advance(1000);
  load.mockReturnValueOnce('new');
  expect(await call()).toBe('new');
  advance(11_000);
  await expect(call()).rejects.toThrow('away');
});

test('a value with `sliding` stays while it is read, but not after its ttl', async () => {
  const cache = createCache();
  const load = vi.fn(() => 'value');
  const call = () => cache.wrap('a', { ttl: 1000, sliding: 100 }, load);
  for (let at = 0; at < 9; at++) {
    await call();
    advance(90);
  }
  expect(load).toHaveBeenCalledTimes(1);
  advance(20);
  await call();
  expect(load).toHaveBeenCalledTimes(2);
  for (let at = 0; at < 12; at++) {
    expect(await cache.get('a')).toBe('value');
    advance(80);
  }
  advance(80);
  await call();
  expect(load).toHaveBeenCalledTimes(3);
});

test('values that were loaded together do not end together', async () => {
  const cache = createCache({ jitter: 0.5 });
  vi.mocked(Math.random).mockRestore();
  const keys = Array.from({ length: 50 }, (_, at) => String(at));
  await Promise.all(keys.map((key) => cache.wrap(key, { ttl: 1000 }, () => 1)));
  advance(500);
  expect(await Promise.all(keys.map((key) => cache.get(key)))).not.toContain(undefined);
  advance(250);
  const left = (await Promise.all(keys.map((key) => cache.get(key)))).filter(Boolean).length;
  expect(left).toBeGreaterThan(5);
  expect(left).toBeLessThan(45);
  advance(250);
  expect((await Promise.all(keys.map((key) => cache.get(key)))).every((value) => value === undefined)).toBe(
    true,
  );
});

test('a load may name tags and a ttl that it finds out itself', async () => {
  const cache = createCache();
  await cache.wrap('a', { ttl: 1000 }, ({ addTags, setTtl }) => {
    addTags('x');
    setTtl(10);
    return 1;
  });
  advance(9);
  expect(await cache.get('a')).toBe(1);
  advance(1);
  expect(await cache.get('a')).toBeUndefined();
  await cache.wrap('b', { ttl: 1000, tags: ['y'] }, ({ addTags }) => {
    addTags('x');
    return 1;
  });
  await cache.deleteTag('x');
  expect(await cache.get('b')).toBeUndefined();
  await expect(cache.wrap('c', { ttl: 1 }, ({ addTags }) => addTags(''))).rejects.toThrow('tag: expected');
  await expect(cache.wrap('c', { ttl: 1 }, ({ setTtl }) => setTtl(NaN))).rejects.toThrow(RangeError);
});

test('a load that takes too long is aborted', async () => {
  const cache = createCache();
  let signal: AbortSignal | undefined;
  const never = cache.wrap('a', { ttl: 1000, timeout: 20 }, (context) => {
    signal = context.signal;
    return new Promise(() => undefined);
  });
  await expect(never).rejects.toThrow('The value for the key "data:a" took longer than 20 ms to load.');
  expect(signal?.aborted).toBe(true);
  expect(await cache.wrap('a', { ttl: 1000 }, () => 1)).toBe(1);
});

test('two caches of one store have keys of their own, and tags in common', async () => {
  const store = memoryStore();
  const [a, b] = [createCache({ store, name: 'a' }), createCache({ store, name: 'b' })];
  await a.set('key', 1, { ttl: 1000, tags: ['x'] });
  await b.set('key', 2, { ttl: 1000, tags: ['x'] });
  expect([await a.get('key'), await b.get('key')]).toEqual([1, 2]);
  await b.deleteTag('x');
  expect([await a.get('key'), await b.get('key')]).toEqual([undefined, undefined]);
});

test('bytes that are not its own are no value', async () => {
  const store = memoryStore();
  const cache = createCache({ store });
  const seen: Uint8Array[] = [];
  await cache.set('a', { a: 1 }, { ttl: 1000, tags: ['x'] });
  const good = await store.get('data:a');
  for (let length = 0; length < good!.length; length++) seen.push(good!.subarray(0, length));
  for (let at = 0; at < 2; at++)
    seen.push(Uint8Array.from(good!, (byte, index) => (index === at ? 99 : byte)));
  seen.push(Buffer.from('nonsense'.repeat(20)), Buffer.alloc(80, 255));
  for (const bytes of seen) {
    await store.set('data:a', bytes);
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.wrap('a', { ttl: 1000 }, () => 'loaded')).toBe('loaded');
    expect(await cache.get('a')).toBe('loaded');
  }
});

test('refuses options that it does not know', async () => {
  expect(() => createCache({ stor: memoryStore() } as never)).toThrow('Did you mean `store`?');
  expect(() => createCache({ store: new Map() as unknown as KeyValueStore })).toThrow('a KeyValueStore');
  expect(() => createCache({ name: 'a:b', jitter: 2, storeTimeout: 0 })).toThrow('3 problems');
  const cache = createCache();
  await expect(cache.wrap('a', { tll: 5 } as never, () => 1)).rejects.toThrow('Did you mean `ttl`?');
  await expect(cache.wrap('a', { ttl: -1 }, () => 1)).rejects.toThrow('ttl: expected milliseconds');
  await expect(cache.wrap('a', { ttl: 1, tags: [''] }, () => 1)).rejects.toThrow('tags[0]: expected a text');
  await expect(cache.set('a', 1, { ttl: 1, tags: Array.from({ length: 129 }, String) })).rejects.toThrow(
    'at most 128 tags',
  );
  await expect(cache.deleteTag('')).rejects.toThrow('tag: expected a text');
});

test.each([
  [undefined, 'undefined'],
  ['value', 'a value of type string'],
])('wrap() needs a function, also on a hit: not %j', async (load, came) => {
  const cache = createCache();
  await cache.wrap('key', { ttl: 1000 }, () => 1);
  await expect(cache.wrap('key', { ttl: 1000 }, load as never)).rejects.toThrow(
    `cache.wrap(key, options, load) needs a function that loads the value, not ${came}.`,
  );
});
