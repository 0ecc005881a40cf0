import { afterAll, beforeAll, expect, test } from 'vitest';

import { redisPubSub } from '../src/index.ts';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

test('a message reaches all who listen to its channel, in order, and nobody else', async () => {
  const [a, b] = [redisPubSub(server.client()), redisPubSub(server.client({ keyPrefix: 'mine:' }))];
  const heard: string[] = [];
  const ends = await Promise.all([
    a.subscribe('news', (message) => heard.push(`a ${message}`)),
    a.subscribe('other', (message) => heard.push(`other ${message}`)),
    b.subscribe('news', (message) => heard.push(`b ${message}`)),
  ]);
  for (const message of ['1', 'é\0✓', '']) await b.publish('news', message);
  await expect.poll(() => heard).toHaveLength(6);
  expect(heard.filter((line) => line.startsWith('a'))).toEqual(['a 1', 'a é\0✓', 'a ']);
  expect(heard.filter((line) => line.startsWith('b'))).toEqual(['b 1', 'b é\0✓', 'b ']);
  for (const end of ends) await end();
});

test('who has ended a subscription hears nothing more, and the last one closes the connection', async () => {
  const client = server.client();
  const pubSub = redisPubSub(client);
  const heard: string[] = [];
  const listening = async (): Promise<number> =>
    String(await client.call('client', 'list')).split('sub=1').length - 1;
  const end = await pubSub.subscribe('x', () => heard.push('first'));
  const endOther = await pubSub.subscribe('x', () => heard.push('second'));
  expect(await listening()).toBe(1);
  await end();
  await end();
  await pubSub.publish('x', '');
  await expect.poll(() => heard).toEqual(['second']);
  await endOther();
  await expect.poll(listening).toBe(0);
  // A new connection, as the old one is closed.
  const endLast = await pubSub.subscribe('x', () => heard.push('third'));
  await pubSub.publish('x', '');
  await expect.poll(() => heard).toEqual(['second', 'third']);
  await endLast();
});

test('who listens is told when the connection breaks, and when messages arrive again', async () => {
  await using own = await RedisServer.start();
  const pubSub = redisPubSub(own.client());
  const states: boolean[] = [];
  const heard: string[] = [];
  const end = await pubSub.subscribe('x', (message) => heard.push(message), {
    onConnection: (isConnected) => states.push(isConnected),
  });
  await own.stop();
  await expect.poll(() => states).toEqual([false]);
  await own.start();
  await expect.poll(() => states).toEqual([false, true]);
  await pubSub.publish('x', 'back');
  await expect.poll(() => heard).toEqual(['back']);
  await end();
});

test.each([
  { enableOfflineQueue: false },
  { lazyConnect: true },
  { lazyConnect: true, enableOfflineQueue: false },
])('works with a client that has the options %o', async (options) => {
  const client = server.client(options);
  const pubSub = redisPubSub(client);
  const heard: string[] = [];
  const ends = await Promise.all([1, 2].map(() => pubSub.subscribe('y', (message) => heard.push(message))));
  await redisPubSub(server.client()).publish('y', 'message');
  await expect.poll(() => heard).toEqual(['message', 'message']);
  for (const end of ends) await end();
});

test('rejects a subscription while Redis is away, and works when it is back', async () => {
  await using own = await RedisServer.start();
  const pubSub = redisPubSub(own.client());
  await own.stop();
  const tries = [1, 2].map(() => pubSub.subscribe('x', () => undefined));
  for (const attempt of tries) await expect(attempt).rejects.toThrow('no connection to Redis');
  await own.start();
  const end = await pubSub.subscribe('x', () => undefined);
  await end();
});

test('refuses what is no client, and unknown options', () => {
  expect(() => redisPubSub({} as never)).toThrow('client: expected a client of ioredis or iovalkey');
  expect(() => redisPubSub(server.client(), { prefx: 'a' } as never)).toThrow('Did you mean `prefix`?');
});
