import { afterAll, beforeAll, expect, test } from 'vitest';

import { redisKeyValueStore } from '../src/index.ts';
import { type ClientOptions, RedisServer } from '../../../tooling/redis/redis-server.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
let stores = 0;

/** A store whose keys no other test has. */
function create(options: ClientOptions = {}) {
  const client = server.client(options);
  const prefix = `${(stores += 1)}:`;
  const store = redisKeyValueStore(client, { prefix });
  const keys = async (): Promise<string[]> => (await server.client().keys(`*${prefix}*`)).sort();
  return { store, client, prefix, keys };
}

test('gives back what was stored, byte by byte', async () => {
  const { store } = create();
  const all = Uint8Array.from({ length: 256 }, (_, at) => at);
  await store.set('a', all);
  expect(new Uint8Array((await store.get('a'))!)).toEqual(all);
  await store.set('empty', new Uint8Array());
  expect(await store.get('empty')).toHaveLength(0);
  // A view of a part of a larger buffer.
  await store.set('part', all.subarray(10, 13));
  expect([...(await store.get('part'))!]).toEqual([10, 11, 12]);
  expect(await store.get('missing')).toBeUndefined();
});

test('forgets a value when its time is up, and what had been said about it before', async () => {
  const { store, client, prefix, keys } = create();
  await store.set('a', bytes('1'), { ttl: 60_000, tags: ['x'] });
  expect(await client.pttl(`${prefix}v:a`)).toBeGreaterThan(59_000);
  expect(await client.pttl(`${prefix}t:x`)).toBeGreaterThan(59_000);
  await store.set('a', bytes('2'));
  expect(await client.pttl(`${prefix}v:a`)).toBe(-1);
  await store.set('b', bytes('1'), { ttl: 1.2 });
  await expect.poll(() => store.get('b')).toBeUndefined();
  await store.set('a', bytes('3'), { ttl: Infinity });
  expect(await client.pttl(`${prefix}v:a`)).toBe(-1);
  await expect(store.set('a', bytes('4'), { ttl: NaN })).rejects.toThrow(RangeError);
  await store.set('a', bytes('5'), { ttl: -1 });
  expect(await keys()).toEqual([]);
});

test('deletes one value, and all of a tag', async () => {
  const { store, keys } = create();
  await store.set('a', bytes('a'), { tags: ['x', 'y'] });
  await store.set('b', bytes('b'), { tags: ['x', 'x'] });
  await store.set('c', bytes('c'), { tags: ['y'] });
  await store.set('d', bytes('d'));
  await store.delete('b');
  await store.delete('b');
  await store.deleteTag('x');
  const found = await Promise.all(['a', 'b', 'c', 'd'].map((key) => store.get(key)));
  expect(found.map((value) => value && new TextDecoder().decode(value))).toEqual([
    undefined,
    undefined,
    'c',
    'd',
  ]);
  await store.deleteTag('y');
  await store.deleteTag('nothing has it');
  // No list of a tag stays behind.
  expect((await keys()).map((key) => key.split(':').slice(1).join(':'))).toEqual(['v:d']);
});

test('a value that was stored again without a tag no longer has it', async () => {
  const { store } = create();
  await store.set('a', bytes('1'), { tags: ['x'] });
  await store.set('a', bytes('2'), { tags: ['y'] });
  await store.deleteTag('x');
  expect(await store.get('a')).toBeDefined();
  await store.deleteTag('y');
  expect(await store.get('a')).toBeUndefined();
});

test('the list of a tag does not grow with values whose time is up', async () => {
  const { store, client, prefix } = create();
  for (let i = 0; i < 50; i++) await store.set(`short ${i}`, bytes('x'), { ttl: 1, tags: ['x'] });
  await expect.poll(() => client.exists(`${prefix}v:short 49`)).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await store.set('long', bytes('x'), { tags: ['x'] });
  expect(await client.zcard(`${prefix}t:x`)).toBe(1);
  expect(await client.pttl(`${prefix}t:x`)).toBe(-1);
});

test('deletes thousands of values of a tag, and ends although more are added', async () => {
  const { store, keys } = create();
  await Promise.all(Array.from({ length: 3500 }, (_, at) => store.set(`${at}`, bytes('x'), { tags: ['x'] })));
  const adding = Array.from({ length: 100 }, (_, at) => store.set(`new ${at}`, bytes('x'), { tags: ['y'] }));
  await store.deleteTag('x');
  await Promise.all(adding);
  expect(await keys()).toHaveLength(101);
});

test('keys and tags may be any text', async () => {
  const { store, keys } = create();
  const odd = ['', ':', 'é✓', 'a\0b', '*', '"', 'x'.repeat(5000)];
  for (const name of odd) await store.set(name, bytes(name), { tags: [name] });
  for (const name of odd) expect(new TextDecoder().decode(await store.get(name))).toBe(name);
  for (const name of odd) await store.deleteTag(name);
  expect(await keys()).toEqual([]);
});

test('works with a client that puts its own prefix before each key', async () => {
  const { store, keys, prefix } = create({ keyPrefix: 'mine:' });
  await store.set('a', bytes('1'), { tags: ['x', 'é'] });
  expect(await keys()).toEqual([`mine:${prefix}t:x`, `mine:${prefix}t:é`, `mine:${prefix}v:a`]);
  await store.deleteTag('x');
  expect(await keys()).toEqual([]);
  await store.set('a', bytes('1'), { tags: ['x'] });
  await store.set('a', bytes('1'));
  await store.delete('a');
  expect(await keys()).toEqual([]);
});

test('rejects if Redis is away', async () => {
  const { store, client } = create();
  client.disconnect();
  await expect(store.get('a')).rejects.toThrow();
  await expect(store.set('a', bytes('a'))).rejects.toThrow();
  await expect(store.deleteTag('a')).rejects.toThrow();
});

test('needs a prefix, and refuses what it does not know', () => {
  const { client } = create();
  expect(() => redisKeyValueStore(client, {} as never)).toThrow(
    'prefix: expected a string that is not empty',
  );
  expect(() => redisKeyValueStore(client, { prefix: 'a', ttl: 5 } as never)).toThrow('ttl: expected one of');
  expect(() => redisKeyValueStore(undefined as never, { prefix: 'a' })).toThrow('client: expected a client');
});

test('replaces a value only if it is still the expected one', async () => {
  const { store, client, prefix, keys } = create({ keyPrefix: 'mine:' });
  expect(await store.replace('a', bytes('0'), bytes('1'))).toBe(false);
  expect(await store.replace('a', undefined, bytes('1'), { ttl: 60_000, tags: ['x'] })).toBe(true);
  expect(await store.replace('a', undefined, bytes('2'))).toBe(false);
  expect(await client.pttl(`${prefix}v:a`)).toBeGreaterThan(59_000);
  const attempts = Array.from({ length: 50 }, (_, at) => store.replace('a', bytes('1'), bytes(`new ${at}`)));
  expect((await Promise.all(attempts)).filter(Boolean)).toHaveLength(1);
  // The winner named no tag.
  expect(await keys()).toEqual([`mine:${prefix}v:a`]);
  const found = await store.get('a');
  expect(await store.replace('a', found, undefined)).toBe(true);
  expect(await store.replace('a', undefined, undefined)).toBe(true);
  expect(await store.replace('b', undefined, new Uint8Array())).toBe(true);
  expect(await store.replace('b', undefined, bytes('1'))).toBe(false);
  expect(await store.replace('b', new Uint8Array(), bytes('1'), { ttl: 0 })).toBe(true);
  expect(await keys()).toEqual([]);
});
