import { redisPubSub } from '@blaizejs/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import { createRooms, createWebSocketRoute, type Rooms } from '../src/websocket.ts';
import { serve } from './serve.ts';
import { WebSocketClient } from './web-socket-client.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis[Symbol.asyncDispose]());

const Message = z.object({ text: z.string() });

/** As each process has them. */
function process(): { rooms: Rooms<z.infer<typeof Message>>; routes: Parameters<typeof serve>[0] } {
  const rooms = createRooms({ message: Message, pubSub: redisPubSub(redis.client()) });
  const route = createWebSocketRoute('/[room]', {
    messages: { in: Message },
    open: (socket) => rooms.join(socket.ctx.request.params.room, socket),
    message: (socket, message) => rooms.send(socket.ctx.request.params.room, message, { except: socket }),
  });
  return { rooms, routes: { '/:room': route } };
}

test('rooms reach sockets of both transports in two servers through Redis', async () => {
  const [one, two] = [process(), process()];
  await using first = await serve(one.routes);
  await using second = await serve(two.routes);
  await using a = await WebSocketClient.open('HTTP/1.1', first.url, '/x');
  await using b = await WebSocketClient.open('HTTP/2', second.url, '/x');
  await using c = await WebSocketClient.open('HTTP/2', first.url, '/x');
  await expect.poll(() => [one.rooms.size('x'), two.rooms.size('x')]).toEqual([2, 1]);
  const subscribers = async (): Promise<unknown> =>
    redis.client().call('pubsub', ['numsub', 'blaize:rooms:x']);
  await expect.poll(subscribers).toEqual(['blaize:rooms:x', 2]);
  a.json({ text: 'from a' });
  for (const client of [b, c]) expect(await client.message()).toEqual({ text: 'from a' });
  for (let index = 0; index < 20; index++) await two.rooms.send('x', { text: String(index) });
  for (const client of [a, b, c]) {
    for (let index = 0; index < 20; index++) expect(await client.message()).toEqual({ text: String(index) });
  }
  for (const client of [a, b, c]) client.stream.destroy();
  await expect.poll(subscribers).toEqual(['blaize:rooms:x', 0]);
});
