import type { PubSub, SubscribeOptions } from '@blaizejs/types';
import { describe, expect, test, vi } from 'vitest';

import { createCache, memoryStore, tieredStore } from '../src/index.ts';
import { bytes, testStore, text } from './store-contract.ts';

/** Messages inside this process, which may be held back, or lost with the connection. */
class LocalPubSub implements PubSub {
  readonly #listeners = new Map<(message: string) => void, SubscribeOptions | undefined>();
  readonly sent: string[] = [];
  isConnected = true;
  #failures = 0;

  failSubscriptions(count: number): void {
    this.#failures = count;
  }

  publish = async (_channel: string, message: string): Promise<void> => {
    this.sent.push(message);
    if (!this.isConnected) return;
    await Promise.resolve();
    this.say(message);
  };

  say(message: string): void {
    for (const listener of this.#listeners.keys()) listener(message);
  }

  subscribe = (_channel: string, listener: (message: string) => void, options?: SubscribeOptions) => {
    if (this.#failures-- > 0) return Promise.reject(new Error('no connection'));
    this.#listeners.set(listener, options);
    return Promise.resolve(() => {
      this.#listeners.delete(listener);
      return Promise.resolve();
    });
  };

  connect(isConnected: boolean): void {
    this.isConnected = isConnected;
    for (const options of this.#listeners.values()) options?.onConnection?.(isConnected);
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Two processes that share a far store. */
async function two() {
  const pubSub = new LocalPubSub();
  const far = memoryStore();
  const reads = vi.spyOn(far, 'get');
  const [a, b] = [tieredStore({ far, pubSub }), tieredStore({ far, pubSub })];
  await settle();
  return { pubSub, far, reads, a, b };
}

describe('the contract', () => {
  testStore(async () => {
    const store = tieredStore({ far: memoryStore(), pubSub: new LocalPubSub() });
    await settle();
    return { store, [Symbol.asyncDispose]: () => store.close() };
  });
});

test('reads a value from the far store once, with its tags and its end', async () => {
  const { reads, a, b } = await two();
  await a.set('key', bytes('1'), { ttl: 60_000, tags: ['x'] });
  expect(text(await a.get('key'))).toBe('1');
  expect(reads).not.toHaveBeenCalled();
  expect([text(await b.get('key')), text(await b.get('key'))]).toEqual(['1', '1']);
  expect(reads).toHaveBeenCalledTimes(1);
  await a.deleteTag('x');
  expect([await a.get('key'), await b.get('key')]).toEqual([undefined, undefined]);
});

test('what one process writes or deletes, the others no longer have near', async () => {
  const { a, b, far } = await two();
  await a.set('key', bytes('1'));
  await b.get('key');
  await a.set('key', bytes('2'));
  expect(text(await b.get('key'))).toBe('2');
  expect(await b.replace!('key', bytes('2'), bytes('3'))).toBe(true);
  expect(text(await a.get('key'))).toBe('3');
  await b.delete('key');
  expect(await a.get('key')).toBeUndefined();
  expect(far.usage().entries).toBe(0);
});

test('a value that was read before a purge is not kept near', async () => {
  const { a, b, far } = await two();
  await a.set('key', bytes('old'), { tags: ['x'] });
  const real = far.get.bind(far);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  vi.mocked(far.get).mockImplementationOnce(async (key) => {
    const found = await real(key);
    await held;
    return found;
  });
  const reading = b.get('key');
  await settle();
  await a.deleteTag('x');
  release();
  expect(text(await reading)).toBe('old');
  expect(await b.get('key')).toBeUndefined();
});

test('while messages do not arrive, nothing near is used, and nothing of before afterwards', async () => {
  const { pubSub, reads, a, b } = await two();
  await a.set('key', bytes('1'));
  await b.get('key');
  pubSub.connect(false);
  await a.set('key', bytes('2'));
  expect([text(await b.get('key')), text(await b.get('key'))]).toEqual(['2', '2']);
  expect(reads).toHaveBeenCalledTimes(3);
  pubSub.connect(true);
  await a.delete('key');
  expect(await b.get('key')).toBeUndefined();
});

test('a subscription that fails is tried again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const pubSub = new LocalPubSub();
    pubSub.failSubscriptions(2);
    const far = memoryStore();
    const reads = vi.spyOn(far, 'get');
    const store = tieredStore({ far, pubSub });
    await store.set('key', bytes('1'));
    await store.get('key');
    expect(reads).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(pubSub.listeners).toBe(1);
    await store.get('key');
    await store.get('key');
    expect(reads).toHaveBeenCalledTimes(2);
    await store.close();
    await store.close();
    expect(pubSub.listeners).toBe(0);
    const closed = tieredStore({ far, pubSub });
    await closed.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(pubSub.listeners).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('without messages, a value is read again after `nearTtl`', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  try {
    const far = memoryStore();
    const [a, b] = [tieredStore({ far, nearTtl: 100 }), tieredStore({ far, nearTtl: 100 })];
    await a.set('key', bytes('1'), { ttl: 1000 });
    await b.get('key');
    await a.set('key', bytes('2'), { ttl: 1000 });
    expect(text(await b.get('key'))).toBe('1');
    vi.setSystemTime(100);
    expect(text(await b.get('key'))).toBe('2');
    vi.setSystemTime(1000);
    expect(await b.get('key')).toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});

test('a near store that fails is as good as none, and messages that make no sense empty it', async () => {
  const { pubSub, far, reads } = await two();
  const near = memoryStore();
  const store = tieredStore({ near, far, pubSub });
  await settle();
  await store.set('key', bytes('1'));
  for (const message of ['', '{', 'null', '{"from":"x"}', '{"from":"x","key":5}']) {
    await store.get('key');
    reads.mockClear();
    pubSub.say(message);
    await store.get('key');
    expect(reads).toHaveBeenCalledTimes(1);
  }
  for (const method of ['get', 'set', 'delete', 'deleteTag'] as const) {
    vi.spyOn(near, method).mockRejectedValue(new Error('broken'));
  }
  await store.set('key', bytes('2'));
  expect(text(await store.get('key'))).toBe('2');
  await store.deleteTag('x');
  await store.delete('key');
  expect(await store.get('key')).toBeUndefined();
});

test('a far store that fails is told, and what it may have changed is not near any more', async () => {
  const { a, far } = await two();
  await a.set('key', bytes('1'));
  vi.spyOn(far, 'set').mockRejectedValue(new Error('away'));
  await expect(a.set('key', bytes('2'))).rejects.toThrow('away');
  await far.delete('key');
  expect(await a.get('key')).toBeUndefined();
});

test('carries a cache', async () => {
  const { a, b } = await two();
  const [here, there] = [createCache({ store: a }), createCache({ store: b })];
  const load = vi.fn(() => 'value');
  const call = (cache: typeof here) => cache.wrap('key', { ttl: 60_000, tags: ['x'] }, load);
  expect([await call(here), await call(there), await call(here)]).toEqual(['value', 'value', 'value']);
  expect(load).toHaveBeenCalledTimes(1);
  await there.deleteTag('x');
  await call(here);
  expect(load).toHaveBeenCalledTimes(2);
});

test('refuses other options', () => {
  expect(() => tieredStore({} as never)).toThrow('far: expected a KeyValueStore');
  expect(() => tieredStore({ far: memoryStore(), nearTTL: 5 } as never)).toThrow('Did you mean `nearTtl`?');
  expect(() => tieredStore({ far: memoryStore(), pubSub: {} as never })).toThrow('pubSub: expected a PubSub');
});
