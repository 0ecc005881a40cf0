import type { RateLimitPolicy } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { memoryRateLimitStore, MemoryRateLimitStore } from './memory-store.ts';

const policy: RateLimitPolicy = { algorithm: 'sliding-window', limit: 1, window: 1000, burst: 1 };

test('counts each key for itself', () => {
  const store = memoryRateLimitStore();
  expect(store.consume('a', 1, policy)).toMatchObject({ allowed: true, remaining: 0 });
  expect(store.consume('a', 1, policy)).toMatchObject({ allowed: false });
  expect(store.consume('b', 1, policy)).toMatchObject({ allowed: true });
});

test('forgets the key that was not used for longest, however many there are', () => {
  const store = new MemoryRateLimitStore(3, () => 0);
  for (const key of ['a', 'b', 'c']) store.consume(key, 1, policy);
  // Refused, but in use.
  expect(store.consume('a', 1, policy).allowed).toBe(false);
  store.consume('d', 1, policy);
  expect(store.size).toBe(3);
  expect(store.consume('a', 0, policy).remaining).toBe(0);
  expect(store.consume('b', 0, policy).remaining).toBe(1);
});

test('holds 100,000 keys by default, whatever clients send', () => {
  const store = new MemoryRateLimitStore(undefined, () => 0);
  for (let i = 0; i < 150_000; i++) store.consume(String(i), 1, policy);
  expect(store.size).toBe(100_000);
});

test('removes keys whose time is up while others come', () => {
  let now = 0;
  const store = new MemoryRateLimitStore(1000, () => now);
  for (let i = 0; i < 1000; i++) store.consume(`early ${i}`, 1, policy);
  now = 1000;
  for (let i = 0; i < 500; i++) store.consume(`late ${i}`, 1, policy);
  expect(store.size).toBe(500);
});

test('does not remember a key that is only asked about', () => {
  const store = new MemoryRateLimitStore();
  store.consume('a', 0, policy);
  store.consume('b', 5, policy);
  expect(store.size).toBe(0);
});

test.each<[object, string]>([
  [{ maxKeys: 0 }, 'maxKeys: expected a whole number above 0, received 0'],
  [{ maxkeys: 5 }, 'Did you mean `maxKeys`?'],
])('refuses %j', (options, message) => {
  expect(() => memoryRateLimitStore(options)).toThrow(
    expect.objectContaining({
      code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS',
      message: expect.stringContaining(message) as string,
    }),
  );
});
