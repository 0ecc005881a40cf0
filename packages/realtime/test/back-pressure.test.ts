import { describe, expect, test } from 'vitest';

import {
  createRooms,
  createWebSocketRoute,
  type ServerSocket,
  type WebSocketClose,
} from '../src/websocket.ts';
import { gate, serve } from './serve.ts';
import { closeFrame, frame, sessionTo, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

const KIB = 1024;

describe.each(TRANSPORTS)('a slow handler over %s', (transport) => {
  test.each(['open', 'message'])(
    'of %s stops the client, and takes what it sends one by one',
    async (slow) => {
      const first = gate();
      let [handled, running, most] = [0, 0, 0];
      await using app = await serve({
        '/': createWebSocketRoute({
          format: 'raw',
          open: () => (slow === 'open' ? first.promise : undefined),
          message: async () => {
            most = Math.max(most, (running += 1));
            await (handled === 0 ? first.promise : Promise.resolve());
            running -= 1;
            handled += 1;
          },
        }),
      });
      await using client = await WebSocketClient.open(transport, app.url, '/');
      const message = frame(2, Buffer.alloc(64 * KIB));
      let written = 0;
      // Much more than all buffers between here and there.
      while (written < 400) {
        written += 1;
        if (!client.stream.write(message) && written > 300) break;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(handled).toBe(0);
      expect(client.stream.writableLength).toBeGreaterThan(64 * KIB);
      first.open();
      await expect.poll(() => handled, { timeout: 10_000 }).toBe(written);
      expect(most).toBe(1);
    },
  );
});

describe.each(TRANSPORTS)('a slow client over %s', (transport) => {
  test('makes send() wait until it reads', async () => {
    let done = 0;
    const opened: ServerSocket[] = [];
    await using app = await serve({
      '/': createWebSocketRoute({
        open: (socket) => void opened.push(socket as ServerSocket),
        message: async (socket) => {
          for (let index = 0; index < 1000; index++) {
            expect(await socket.send('x'.repeat(16 * KIB))).toBe(true);
            done += 1;
          }
        },
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.stream.pause();
    client.send('1');
    let before = -1;
    // Until nothing moves any more.
    while (before !== done || done === 0) {
      before = done;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(done).toBeLessThan(1000);
    expect(opened[0]?.queued).toBeLessThan(128 * KIB);
    client.stream.resume();
    await expect.poll(() => done, { timeout: 10_000 }).toBe(1000);
  });

  test.each(['disconnect', 'drop'] as const)(
    'is treated as `slow: %j` says, and delays nobody',
    async (slow) => {
      const closes: WebSocketClose[] = [];
      const sockets: ServerSocket[] = [];
      const rooms = createRooms();
      await using app = await serve({
        '/': createWebSocketRoute({
          slow,
          queueLimit: 256 * KIB,
          open: (socket) => {
            sockets.push(socket);
            return rooms.join('all', socket);
          },
          close: (_socket, close) => void closes.push(close),
        }),
      });
      const session = transport === 'HTTP/2' ? await sessionTo(app.url) : undefined;
      await using stalled = await WebSocketClient.open(transport, app.url, '/', {}, session);
      await using reader = await WebSocketClient.open(transport, app.url, '/', {}, session);
      await expect.poll(() => rooms.size('all')).toBe(2);
      stalled.stream.pause();
      let most = 0;
      for (let index = 0; index < 300; index++) {
        await rooms.send('all', `${index} ${'x'.repeat(64 * KIB)}`);
        most = Math.max(most, sockets[0]?.queued ?? 0);
        expect(await reader.message()).toMatch(new RegExp(`^${index} `));
      }
      expect(most).toBeLessThan(400 * KIB);
      if (slow === 'drop') {
        expect(rooms.size('all')).toBe(2);
        expect(closes).toEqual([]);
      } else {
        expect(rooms.size('all')).toBe(1);
        await expect
          .poll(() => closes)
          .toEqual([{ code: 1008, reason: 'The client reads too slowly', wasClean: false }]);
      }
      session?.destroy();
    },
  );

  test('that sends pings and reads nothing is owed one answer only', async () => {
    const sockets: ServerSocket[] = [];
    await using app = await serve({
      '/': createWebSocketRoute({ open: (socket) => void sockets.push(socket as ServerSocket) }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.stream.pause();
    await expect.poll(() => sockets).toHaveLength(1);
    void sockets[0]?.send('x'.repeat(20_000 * KIB));
    const before = sockets[0]?.queued ?? 0;
    const pings = Buffer.concat(Array.from({ length: 1000 }, () => frame(9, 'x'.repeat(125))));
    for (let turn = 0; turn < 20; turn++) client.stream.write(pings);
    client.send('1');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((sockets[0]?.queued ?? 0) - before).toBeLessThan(4 * KIB);
  });
});

test('one stalled socket stalls neither its session nor others', async () => {
  const waiting = gate();
  await using app = await serve({
    '/busy': createWebSocketRoute({ format: 'raw', message: () => waiting.promise }),
    '/flood': createWebSocketRoute({
      queueLimit: 100_000 * KIB,
      open: (socket) => {
        for (let index = 0; index < 500; index++) void socket.send('x'.repeat(64 * KIB));
      },
    }),
    // More than the memory that Node grants a session.
    '/large': createWebSocketRoute({ open: (socket) => void socket.send('x'.repeat(30_000 * KIB)) }),
    '/echo': createWebSocketRoute({ message: (socket, message) => socket.send(message) }),
  });
  const session = await sessionTo(app.url);
  const busy = await WebSocketClient.open('HTTP/2', app.url, '/busy', {}, session);
  for (let index = 0; index < 100; index++) busy.stream.write(frame(2, Buffer.alloc(64 * KIB)));
  const flood = await WebSocketClient.open('HTTP/2', app.url, '/flood', {}, session);
  flood.stream.pause();
  const large = await WebSocketClient.open('HTTP/2', app.url, '/large', {}, session);
  large.stream.pause();
  const echo = await WebSocketClient.open('HTTP/2', app.url, '/echo', {}, session);
  for (let index = 0; index < 100; index++) {
    echo.json(index);
    expect(await echo.message()).toBe(index);
  }
  echo.send(closeFrame(1000));
  expect((await echo.closed()).code).toBe(1000);
  waiting.open();
  session.destroy();
});
