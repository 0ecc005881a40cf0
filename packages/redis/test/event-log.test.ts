import type { LogEntry, LogPosition } from '@blaizejs/types';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import { redisEventLog } from '../src/index.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

function watcher() {
  const texts: string[] = [];
  const breaks: LogPosition[] = [];
  return {
    texts,
    breaks,
    onEntry: ({ text }: LogEntry) => void texts.push(text),
    onBreak: (position: LogPosition) => void breaks.push(position),
  };
}

test('keeps the last events, in order, also of texts with anything in them', async () => {
  const client = server.client();
  const log = redisEventLog(client, { prefix: 'keep:', limit: 3 });
  const seen = watcher();
  const { position, stop } = await log.watch('t', seen);
  const texts = ['1', 'zwei ✓\n\0', '', 'a b c', '5'];
  const places: LogPosition[] = [];
  for (const text of texts) places.push((await log.append('t', text)) as LogPosition);
  await expect.poll(() => seen.texts).toEqual(texts);
  expect(await log.read('t', position, 9)).toBeUndefined();
  expect(await log.read('t', places[0] as LogPosition, 9)).toBeUndefined();
  expect((await log.read('t', places[1] as LogPosition, 2))?.map(({ text }) => text)).toEqual(['', 'a b c']);
  expect(await log.read('t', places[4] as LogPosition, 9)).toEqual([]);
  expect(await client.call('pttl', ['keep:t'])).toBeGreaterThan(86_000_000);
  await stop();
  await stop();
});

test('a topic without events takes no memory, and its place counts for as long as events are kept', async () => {
  const client = server.client();
  const log = redisEventLog(client, { prefix: 'none:', ttl: 50 });
  const { position, stop } = await log.watch('t', watcher());
  expect(await client.call('exists', ['none:t'])).toBe(0);
  expect(await log.read('t', position, 9)).toEqual([]);
  await expect.poll(() => log.read('t', position, 9)).toBeUndefined();
  await stop();
});

test('a stream that was deleted breaks the topic for those who come back, not for those who listen', async () => {
  const client = server.client();
  const log = redisEventLog(client, { prefix: 'gone:' });
  const seen = watcher();
  const { stop } = await log.watch('t', seen);
  const first = (await log.append('t', '1')) as LogPosition;
  await client.call('del', ['gone:t']);
  await log.append('t', '2');
  await expect.poll(() => seen.texts).toEqual(['1', '2']);
  expect(seen.breaks).toEqual([]);
  expect(await log.read('t', first, 9)).toBeUndefined();
  await stop();
});

test('a message that is missing is read from the stream', async () => {
  const client = server.client();
  const log = redisEventLog(client, { prefix: 'missing:' });
  const seen = watcher();
  const { stop } = await log.watch('t', seen);
  const { epoch } = (await log.append('t', '1')) as LogPosition;
  await expect.poll(() => seen.texts).toEqual(['1']);
  const [[, [, , , , , run]]] = (await client.call('xrange', ['missing:t', '-', '+'])) as [
    [string, string[]],
  ];
  const add = (number: number): Promise<unknown> =>
    client.call('xadd', ['missing:t', `${number}-0`, 'e', epoch, 'd', String(number), 'r', String(run)]);
  await add(2);
  await log.append('t', '3');
  await expect.poll(() => seen.texts).toEqual(['1', '2', '3']);
  await add(4);
  await add(5);
  await client.call('xtrim', ['missing:t', 'MAXLEN', 1]);
  const last = await log.append('t', '6');
  await expect.poll(() => seen.breaks).toEqual([last]);
  expect(seen.texts).toEqual(['1', '2', '3']);
  await log.append('t', '7');
  await expect.poll(() => seen.texts).toEqual(['1', '2', '3', '7']);
  await stop();
});

test('what was published while the connection was away is read when it is back', async () => {
  const client = server.client();
  const log = redisEventLog(server.client(), { prefix: 'away:' });
  const seen = watcher();
  const { stop } = await log.watch('t', seen);
  await redisEventLog(client, { prefix: 'away:' }).append('t', '1');
  await expect.poll(() => seen.texts).toEqual(['1']);
  // The connection that listens is cut, and events are published before it is back.
  const other = redisEventLog(client, { prefix: 'away:' });
  await Promise.all([
    client.call('client', ['kill', 'type', 'pubsub']),
    other.append('t', '2'),
    other.append('t', '3'),
  ]);
  await expect.poll(() => seen.texts).toEqual(['1', '2', '3']);
  await other.append('t', '4');
  await expect.poll(() => seen.texts).toEqual(['1', '2', '3', '4']);
  expect(seen.breaks).toEqual([]);
  await stop();
});

test('a Redis that has lost everything breaks the topic, and an empty one answers again', async () => {
  await using own = await RedisServer.start();
  const log = redisEventLog(own.client(), { prefix: 'lost:' });
  const seen = watcher();
  const { stop } = await log.watch('t', seen);
  await log.append('t', '1');
  await expect.poll(() => seen.texts).toEqual(['1']);
  await own.stop();
  await own.start();
  await expect.poll(() => seen.breaks.length, { timeout: 10_000 }).toBe(1);
  await log.append('t', '2');
  await expect.poll(() => seen.texts).toEqual(['1', '2']);
  await stop();
});
