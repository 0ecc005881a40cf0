/** What clients are told when another Redis takes over: one with older data, or with none. */
import type { LogEntry, LogPosition } from '@blaizejs/types';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import { redisEventLog } from '../src/index.ts';

let server: RedisServer;
let client: Redis;
beforeEach(async () => {
  server = await RedisServer.start();
  client = server.client();
});
afterEach(() => server[Symbol.asyncDispose]());

function watcher() {
  const seen: string[] = [];
  return {
    seen,
    onEntry: ({ text }: LogEntry) => void seen.push(text),
    onBreak: () => void seen.push('break'),
  };
}

/** Starts another Redis, with what this one had when `dump` was made. */
async function takeOver(dump?: Buffer): Promise<void> {
  await server.stop();
  await server.start();
  await expect.poll(() => client.status, { timeout: 10_000 }).toBe('ready');
  if (dump) await client.call('restore', ['t', 0, dump]);
}

const texts = (entries: readonly LogEntry[] | undefined): string[] | undefined =>
  entries?.map(({ text }) => text);

test('who has had events that the new one lacks is told, and all others go on', async () => {
  const log = redisEventLog(client, { prefix: 'x:' });
  const key = 'x:t';
  const places: LogPosition[] = [];
  const append = async (from: number, to: number): Promise<void> => {
    for (let count = from; count <= to; count += 1)
      places[count] = (await log.append('t', String(count))) as LogPosition;
  };
  const read = async (after: number) => texts(await log.read('t', places[after] as LogPosition, 100));
  await append(1, 5);
  const dump = (await client.callBuffer('dump', [key])) as Buffer;
  await append(6, 8);
  await server.stop();
  await server.start();
  await expect.poll(() => client.status, { timeout: 10_000 }).toBe('ready');
  await client.call('restore', [key, 0, dump]);
  expect(await read(5)).toEqual([]);
  expect(await read(6)).toBeUndefined();
  const lost = places.slice(6, 9);
  // More than were lost: the numbers of those are not taken.
  await append(6, 12);
  expect(await read(3)).toEqual(['4', '5', '6', '7', '8', '9', '10', '11', '12']);
  expect(await read(5)).toEqual(['6', '7', '8', '9', '10', '11', '12']);
  expect(await read(9)).toEqual(['10', '11', '12']);
  for (const place of lost) expect(await log.read('t', place, 100)).toBeUndefined();
  // A third one has not even seen the second one.
  const second = places.slice(6, 13);
  await server.stop();
  await server.start();
  await expect.poll(() => client.status, { timeout: 10_000 }).toBe('ready');
  await client.call('restore', [key, 0, dump]);
  await append(6, 20);
  for (const place of [...lost, ...second]) expect(await log.read('t', place, 100)).toBeUndefined();
  expect(await read(5)).toHaveLength(15);
});

test('who has had nothing yet is told if the new one is empty', async () => {
  const log = redisEventLog(client, { prefix: 'x:' });
  const { position, stop } = await log.watch('t', watcher());
  await stop();
  await log.append('t', 'lost');
  expect(texts(await log.read('t', position, 9))).toEqual(['lost']);
  await takeOver();
  expect(await log.read('t', position, 9)).toBeUndefined();
  await log.append('t', '1');
  expect(await log.read('t', position, 9)).toBeUndefined();
});

test('who listens is told, also if the first event of the new one comes at once', async () => {
  const log = redisEventLog(client, { prefix: 'x:' });
  const all = Array.from({ length: 20 }, watcher);
  const watches = await Promise.all(all.map((each, index) => log.watch(`t${index}`, each)));
  for (const [index, { seen }] of all.entries()) {
    await log.append(`t${index}`, '1');
    await expect.poll(() => seen).toEqual(['1']);
  }
  await server.stop();
  // These wait in the client, and are sent as soon as there is a connection.
  const first = all.map((_, index) => log.append(`t${index}`, '2'));
  await server.start();
  await Promise.all(first);
  for (const { seen } of all) await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(1);
  for (const { seen } of all) expect(seen[1]).toBe('break');
  await Promise.all(all.map((_, index) => log.append(`t${index}`, '3')));
  for (const { seen } of all) await expect.poll(() => seen.at(-1)).toBe('3');
  await Promise.all(watches.map(({ stop }) => stop()));
});

test('a user that may not ask for the run of Redis is served as before', async () => {
  await client.call('acl', ['setuser', 'plain', 'on', 'nopass', '~*', '&*', '+@all', '-info']);
  const plain = server.client();
  await plain.call('auth', ['plain', 'x']);
  const log = redisEventLog(plain, { prefix: 'x:' });
  const before = (await log.append('t', '1')) as LogPosition;
  await log.append('t', '2');
  expect(texts(await log.read('t', before, 9))).toEqual(['2']);
});
