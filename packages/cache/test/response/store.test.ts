import type { KeyValueStore } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';

import { memoryStore } from '../../src/memory-store.ts';
import { cachedApp, FRESH, methodsOf, numbered, turns } from './cached-app.ts';

const never = (): Promise<never> => new Promise(() => undefined);
const fails = (): Promise<never> => Promise.reject(new Error('Away.'));
const throws = (): never => {
  throw new Error('Away.');
};

const HEAD = {
  status: 200,
  fields: { 'content-type': 'text/plain' },
  hasBody: true,
  vary: [],
  variant: '',
  time: Date.UTC(2100),
  age: 0,
  lifetime: 60_000,
  whileRevalidate: 0,
  ifError: 0,
  noCache: false,
  mustRevalidate: false,
  tags: [],
};

describe('a store that does not work', () => {
  test.each([
    ['fails', fails],
    ['throws', throws],
    ['hangs', never],
  ])('and %s: the handler answers', async (_name, broken) => {
    const store = { get: broken, set: broken, delete: broken, deleteTag: broken } as unknown as KeyValueStore;
    const { get, app } = await cachedApp(numbered, { store, storeTimeout: 20 });
    for (let run = 1; run <= 3; run += 1) {
      const response = await get();
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(`answer ${run}`);
    }
    const changed = await app.fetch(new Request('https://shop.example/', { method: 'POST' }));
    expect(changed.status).toBe(204);
  });

  test('is asked again after a while', async () => {
    const inner = memoryStore();
    let isAway = true;
    const store: KeyValueStore = { ...methodsOf(inner), get: (key) => (isAway ? fails() : inner.get(key)) };
    const { get } = await cachedApp(numbered, { store, storeTimeout: 20 });
    await get();
    isAway = false;
    await expect.poll(async () => (await get()).headers.get('cache-status')).toContain('hit');
  });

  test('and returns what is not ours: the handler answers', async () => {
    for (const bytes of [
      new Uint8Array(0),
      Buffer.from('{"a":1}'),
      Buffer.alloc(100, 255),
      Buffer.from([0, 0, 0, 2, 123, 125]),
    ]) {
      const store: KeyValueStore = { ...methodsOf(memoryStore()), get: () => Promise.resolve(bytes) };
      const { get } = await cachedApp(numbered, { store });
      expect(await (await get()).text()).toBe('answer 1');
    }
  });

  // Right until the part that counts.
  test.each([
    { head: {} },
    { head: [] },
    { head: { ...HEAD, fields: undefined } },
    { head: { ...HEAD, fields: { etag: 1 } } },
    { head: { ...HEAD, vary: 'x' } },
    { head: { ...HEAD, status: 'OK' } },
    { head: { ...HEAD, lifetime: '1' } },
    { head: { ...HEAD, tags: [1] } },
    { index: {} },
    { index: { generation: 'a', lists: [1], variants: [] } },
    { index: { generation: 'a', lists: [['x']] } },
  ])(
    'and returns what is almost ours, %j: the handler answers, and what it answers is stored',
    async (record) => {
      const json = Buffer.from(JSON.stringify({ version: 1, ...record }));
      const bytes = Buffer.concat([Buffer.from([0, 0, json.byteLength >> 8, json.byteLength & 255]), json]);
      const inner = memoryStore();
      let isBroken = true;
      const store: KeyValueStore = {
        ...methodsOf(inner),
        get: (key) => (isBroken ? Promise.resolve(bytes) : inner.get(key)),
      };
      const { get } = await cachedApp(
        ({ response }, run) => response.headers({ ...FRESH, vary: 'x-variant' }).text(`answer ${run}`),
        { store },
      );
      expect(await (await get()).text()).toBe('answer 1');
      await turns();
      isBroken = false;
      expect(await (await get('/', { headers: { 'x-variant': 'b' } })).text()).toBe('answer 2');
      await turns();
      expect((await get('/', { headers: { 'x-variant': 'b' } })).headers.get('cache-status')).toContain(
        'hit',
      );
    },
  );
});

describe('bounds', () => {
  test('of the variants of a URL: the oldest goes', async () => {
    const { get, runs } = await cachedApp(
      ({ response }, run) => response.headers({ ...FRESH, vary: 'x-variant' }).text(`answer ${run}`),
      { maxVariants: 2 },
    );
    const variant = (name: string): Promise<Response> => get('/', { headers: { 'x-variant': name } });
    for (const name of ['a', 'b', 'c']) await variant(name);
    await turns();
    expect(await (await variant('c')).text()).toBe('answer 3');
    expect(await (await variant('b')).text()).toBe('answer 2');
    expect(await (await variant('a')).text()).toBe('answer 4');
    expect(runs()).toBe(4);
  });

  test('of the store: 10,000 URLs of an attacker push out each other', async () => {
    const store = memoryStore({ maxBytes: 100_000 });
    const { get } = await cachedApp(numbered, { store });
    for (let index = 0; index < 2_000; index += 1) await get(`/?${index}`);
    expect((await get('/?1999')).headers.get('cache-status')).toContain('hit');
    expect((await get('/?0')).headers.get('cache-status')).not.toContain('hit');
  });
});

test('two caches with one store share answers, and restarts keep them', async () => {
  const store = memoryStore();
  const one = await cachedApp(numbered, { store });
  await one.get('/a');
  await turns();
  // As from another process: not the same bytes object.
  const copying: KeyValueStore = { ...methodsOf(store), get: async (key) => (await store.get(key))?.slice() };
  const other = await cachedApp(numbered, { store: copying });
  const found = await other.get('/a');
  expect(await found.text()).toBe('answer 1');
  expect(found.headers.get('cache-status')).toContain('hit');
  expect(other.runs()).toBe(0);
});
