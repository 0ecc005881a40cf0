import type { PubSub } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { createRooms, createWebSocketRoute, type Rooms, type ServerSocket } from '../src/websocket.ts';
import { createChannel, pubSubEventLog } from '../src/index.ts';
import { keepingLogger, serve } from './serve.ts';
import { TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

const Message = z.object({ text: z.string() });
type Message = z.infer<typeof Message>;

/** A bus for several sets of rooms, which stand for processes. */
function bus(): PubSub & {
  readonly channels: Map<string, Set<(message: string) => void>>;
  readonly connect: (is: boolean) => void;
} {
  const channels = new Map<string, Set<(message: string) => void>>();
  const states = new Set<(is: boolean) => void>();
  return {
    channels,
    connect: (is) => {
      for (const tell of states) tell(is);
    },
    publish: (channel, message) => {
      for (const listener of channels.get(channel) ?? []) listener(message);
      return Promise.resolve();
    },
    subscribe: (channel, listener, options) => {
      channels.set(channel, (channels.get(channel) ?? new Set()).add(listener));
      if (options?.onConnection) states.add(options.onConnection);
      return Promise.resolve(() => {
        channels.get(channel)?.delete(listener);
        if (channels.get(channel)?.size === 0) channels.delete(channel);
        return Promise.resolve();
      });
    },
  };
}

function chat(rooms: Rooms<Message>, sockets: ServerSocket<Message>[] = []) {
  return createWebSocketRoute('/[room]', {
    messages: { in: Message, out: Message },
    open: async (socket) => {
      sockets.push(socket);
      await rooms.join(socket.ctx.request.params.room, socket);
    },
    message: (socket, message) => rooms.send(socket.ctx.request.params.room, message, { except: socket }),
  });
}

describe.each(TRANSPORTS)('rooms over %s', (transport) => {
  test('send to their members only, except the one that is named', async () => {
    const rooms = createRooms({ message: Message });
    await using app = await serve({ '/:room': chat(rooms) });
    const join = async (room: string): Promise<WebSocketClient> => {
      const before = rooms.size(room);
      const client = await WebSocketClient.open(transport, app.url, `/${room}`);
      await expect.poll(() => rooms.size(room)).toBe(before + 1);
      return client;
    };
    await using a = await join('x');
    await using b = await join('x');
    await using other = await join('y');
    a.json({ text: 'from a' });
    expect(await b.message()).toEqual({ text: 'from a' });
    await rooms.send('x', { text: 'to all' });
    await rooms.send('y', { text: 'to y' });
    await rooms.send('nobody', { text: 'to nobody' });
    expect(await a.message()).toEqual({ text: 'to all' });
    expect(await b.message()).toEqual({ text: 'to all' });
    expect(await other.message()).toEqual({ text: 'to y' });
    a.stream.destroy();
    await expect.poll(() => rooms.size('x')).toBe(1);
  });

  test('span processes, in one order, and end with their last member', async () => {
    const shared = bus();
    const sets = [1, 2].map(() => createRooms({ message: Message, pubSub: shared, prefix: 'test:' }));
    const sockets: ServerSocket<Message>[] = [];
    const [first, second] = sets as [Rooms<Message>, Rooms<Message>];
    await using one = await serve({ '/:room': chat(first, sockets) });
    await using two = await serve({ '/:room': chat(second) });
    await using a = await WebSocketClient.open(transport, one.url, '/x');
    await using b = await WebSocketClient.open(transport, two.url, '/x');
    await expect.poll(() => first.size('x') + second.size('x')).toBe(2);
    expect([...shared.channels.keys()]).toEqual(['test:x']);
    a.json({ text: 'from a' });
    expect(await b.message()).toEqual({ text: 'from a' });
    await Promise.all([first.send('x', { text: '1' }), second.send('x', { text: '2' })]);
    for (const client of [a, b]) {
      expect([await client.message(), await client.message()]).toEqual([{ text: '1' }, { text: '2' }]);
    }
    const [socket] = sockets;
    if (!socket) throw new Error('No socket');
    expect(first.of(socket)).toEqual(['x']);
    await first.leave('x', socket);
    await first.leave('x', socket);
    expect([first.of(socket), first.size('x')]).toEqual([[], 0]);
    b.stream.destroy();
    await expect.poll(() => shared.channels.size).toBe(0);
  });
});

test('what others publish on the channel is ignored unless it is a message', async () => {
  const shared = bus();
  const rooms = createRooms({ format: 'raw', pubSub: shared });
  await using app = await serve({
    '/': createWebSocketRoute({ format: 'raw', open: (socket) => rooms.join('x', socket) }),
  });
  await using client = await WebSocketClient.open('HTTP/1.1', app.url, '/');
  await expect.poll(() => rooms.size('x')).toBe(1);
  for (const noise of ['', '{', 'null', '1', '{"text":1}', '[]']) await shared.publish('rooms:x', noise);
  await rooms.send('x', Buffer.of(0, 255));
  expect(await client.next()).toMatchObject({ opcode: 2, payload: Buffer.of(0, 255) });
});

test('a socket that cannot be subscribed is not in the room', async () => {
  const closes: number[] = [];
  const rooms = createRooms({
    pubSub: { publish: () => Promise.resolve(), subscribe: () => Promise.reject(new Error('Redis is away')) },
  });
  let problem: unknown;
  await using app = await serve({
    '/': createWebSocketRoute({
      open: async (socket) => {
        problem = await rooms.join('x', socket).catch((error: unknown) => error);
        socket.close();
        await rooms.join('x', socket);
      },
      close: (_socket, { code }) => void closes.push(code),
    }),
  });
  await using client = await WebSocketClient.open('HTTP/1.1', app.url, '/');
  await client.closed();
  expect((problem as Error).message).toBe('Redis is away');
  expect(rooms.size('x')).toBe(0);
});

test('a break between processes is told', async () => {
  const shared = bus();
  const gaps: string[] = [];
  const rooms = createRooms({ pubSub: shared, onGap: (room) => void gaps.push(room) });
  await using app = await serve({ '/': createWebSocketRoute({ open: (socket) => rooms.join('x', socket) }) });
  await using client = await WebSocketClient.open('HTTP/1.1', app.url, '/');
  await expect.poll(() => rooms.size('x')).toBe(1);
  shared.connect(true);
  expect(gaps).toEqual([]);
  shared.connect(false);
  shared.connect(true);
  expect(gaps).toEqual(['x']);
  expect(client.hasEnded).toBe(false);
});

test.each<[how: string, onGap: () => void]>([
  [
    'throws',
    () => {
      throw new Error('gap');
    },
  ],
  ['rejects', () => Promise.reject(new Error('gap'))],
])('a break is told to all, although a listener %s', async (_how, onGap) => {
  const shared = bus();
  const gaps: string[] = [];
  const others = createRooms({ pubSub: shared, onGap: (room) => void gaps.push(room) });
  const rooms = createRooms({ pubSub: shared, onGap: onGap });
  const events = createChannel('c', { events: { n: z.number() }, log: pubSubEventLog(shared) });
  const { log: logger, lines } = keepingLogger();
  await using app = await serve(
    {
      '/': createWebSocketRoute({
        open: async (socket) => {
          await rooms.join('x', socket);
          await others.join('x', socket);
        },
      }),
    },
    { logger },
  );
  await using client = await WebSocketClient.open('HTTP/1.1', app.url, '/');
  await expect.poll(() => others.size('x')).toBe(1);
  const subscription = events.subscribe();
  await subscription.ready;
  shared.connect(false);
  shared.connect(true);
  expect(gaps).toEqual(['x']);
  expect((await subscription.next()).value).toMatchObject({ event: 'reset' });
  await subscription.return();
  await expect.poll(() => lines.filter(([level]) => level === 'error')).toHaveLength(1);
  expect(String(lines.find(([level]) => level === 'error')?.[2])).toBe(
    'The onGap listener of the room x failed',
  );
  expect(client.hasEnded).toBe(false);
});

test('a message that does not fit is refused', async () => {
  const rooms = createRooms({ message: Message });
  await expect(rooms.send('x', { text: 1 } as never)).rejects.toMatchObject({
    code: 'ERR_BLAIZE_WEBSOCKET_MESSAGE',
    message:
      "A message can't be sent: it does not match the schema: /text: Invalid input: expected string, received number.",
  });
  await expect(createRooms().send('x', undefined)).rejects.toThrow('JSON has no values of type undefined');
  await expect(createRooms({ format: 'raw' }).send('x', 1 as never)).rejects.toThrow(
    'expected a string or bytes',
  );
  await expect(rooms.join('x', {} as never)).rejects.toThrow('createWebSocketRoute()');
});
