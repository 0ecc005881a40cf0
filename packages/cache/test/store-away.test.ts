import { expect, test, vi } from 'vitest';

import { createCache } from '../src/index.ts';
import { FaultyStore } from './faulty-store.ts';

function create() {
  const store = new FaultyStore();
  const logger = { info: vi.fn(), warn: vi.fn() };
  return { store, logger, cache: createCache({ store, storeTimeout: 50, logger }) };
}

test.each(['fails', 'hangs'] as const)(
  'values are loaded while the store %s, and kept again soon after',
  async (mode) => {
    const { store, logger, cache } = create();
    await cache.wrap('a', { ttl: 60_000 }, () => 1);
    store.mode = mode;
    const start = performance.now();
    const values = await Promise.all(
      Array.from({ length: 200 }, (_, at) => cache.wrap(`${at % 20}`, { ttl: 60_000 }, () => at)),
    );
    expect(performance.now() - start).toBeLessThan(1000);
    expect(new Set(values).size).toBe(20);
    expect(await cache.get('a')).toBeUndefined();
    expect(logger.warn).toHaveBeenCalledOnce();
    // It is left alone: one call at a time tries it.
    const { calls } = store;
    for (let at = 0; at < 50; at++) await cache.wrap(`b${at}`, { ttl: 60_000 }, () => at);
    expect(store.calls - calls).toBeLessThan(10);
    store.mode = 'works';
    await expect.poll(() => cache.get('a')).toBe(1);
    expect(logger.info).toHaveBeenCalledOnce();
    expect(cache.stats().storeErrors).toBeGreaterThan(0);
  },
);

test('a store that can be read but not written still answers', async () => {
  const { store, cache } = create();
  await cache.set('a', 1, { ttl: 60_000 });
  store.replace = () => Promise.reject(new Error('no space left'));
  store.set = () => Promise.reject(new Error('no space left'));
  for (let at = 0; at < 5; at++) {
    expect(await cache.wrap(`b${at}`, { ttl: 60_000 }, () => at)).toBe(at);
    expect(await cache.get('a')).toBe(1);
  }
});

test('who purges or sets is told if the store fails', async () => {
  const { store, cache } = create();
  store.mode = 'fails';
  const failed = { code: 'ERR_BLAIZE_CACHE_STORE', message: expect.stringContaining('on fire') as string };
  await expect(cache.delete('a')).rejects.toMatchObject(failed);
  await expect(cache.deleteTag('a')).rejects.toMatchObject(failed);
  await expect(cache.set('a', 1, { ttl: 1000 })).rejects.toMatchObject(failed);
});

test('a store that hangs while a value is written does not keep it from who asked', async () => {
  const { store, cache } = create();
  const start = performance.now();
  const value = cache.wrap('a', { ttl: 60_000 }, () => {
    store.mode = 'hangs';
    return 'value';
  });
  expect(await value).toBe('value');
  expect(performance.now() - start).toBeLessThan(1000);
  store.mode = 'works';
});
