import type { Logger, RateLimitPolicy, RateLimitResult, RateLimitStore } from '@blaizejs/types';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { StoreGuard } from './store-guard.ts';

const policy: RateLimitPolicy = { algorithm: 'sliding-window', limit: 1, window: 1000, burst: 1 };
const result: RateLimitResult = { allowed: true, remaining: 0, resetAfter: 0, retryAfter: 0, delay: 0 };

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

function guard(consume: RateLimitStore['consume']) {
  const lines: string[] = [];
  const line = (message: string | object, text?: string): void => {
    lines.push(text ?? (message as string));
  };
  const log: Logger = { debug: line, info: line, warn: line, error: line, child: () => log };
  const store = vi.fn(consume);
  const guarded = new StoreGuard({ consume: store }, 50);
  return { store, lines, ask: () => guarded.consume('key', 1, policy, () => log) };
}

const hang = (): Promise<never> => new Promise(() => undefined);
const fail = (): never => {
  throw new Error('gone');
};
const reject = (): Promise<never> => Promise.reject(new Error('gone'));

test('passes on what the store says, at once if the store does', async () => {
  expect(guard(() => result).ask()).toBe(result);
  await expect(guard(() => Promise.resolve(result)).ask()).resolves.toBe(result);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ['throws', fail],
  ['rejects', reject],
])('a store that %s gives no result, and is left alone for a while', async (_how, consume) => {
  const { ask, store, lines } = guard(consume);
  await expect(Promise.resolve(ask())).resolves.toBeUndefined();
  for (let i = 0; i < 5; i++) expect(ask()).toBeUndefined();
  expect(store).toHaveBeenCalledTimes(1);
  expect(lines).toEqual(['The store of a rate limit fails']);
});

test('a store that hangs costs 50 ms once, and nobody after that', async () => {
  const { ask, store } = guard(hang);
  const asked = [Promise.resolve(ask()), Promise.resolve(ask())];
  await vi.advanceTimersByTimeAsync(52);
  await expect(Promise.all(asked)).resolves.toEqual([undefined, undefined]);
  expect(ask()).toBeUndefined();
  expect(store).toHaveBeenCalledTimes(2);
});

test('asks again after 100 ms, then ever more seldom, up to once a second', async () => {
  const { ask, store } = guard(fail);
  const asked: number[] = [];
  const began = performance.now();
  for (let i = 0; i < 500; i++) {
    const before = store.mock.calls.length;
    void ask();
    if (store.mock.calls.length > before) asked.push(performance.now() - began);
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(asked).toEqual([0, 100, 300, 700, 1500, 2500, 3500, 4500]);
});

test('lets one request find out, and the others go on', async () => {
  let consume: RateLimitStore['consume'] = fail;
  const { ask, store, lines } = guard((...args) => consume(...args));
  void ask();
  consume = () => Promise.resolve(result);
  await vi.advanceTimersByTimeAsync(100);
  const first = ask();
  expect(ask()).toBeUndefined();
  await expect(first).resolves.toBe(result);
  await expect(ask()).resolves.toBe(result);
  expect(store).toHaveBeenCalledTimes(3);
  expect(lines).toEqual(['The store of a rate limit fails', 'The store of a rate limit works again']);
});

test('an answer that comes too late is not used, and does not mean that the store is back', async () => {
  let answer: ((value: RateLimitResult) => void) | undefined;
  const { ask, store } = guard(() => new Promise((resolve) => (answer = resolve)));
  const asked = ask();
  await vi.advanceTimersByTimeAsync(60);
  await expect(asked).resolves.toBeUndefined();
  answer?.(result);
  await vi.advanceTimersByTimeAsync(0);
  expect(ask()).toBeUndefined();
  expect(store).toHaveBeenCalledTimes(1);
});
