import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { createRooms, createWebSocketRoute, type WebSocketClose } from '../src/websocket.ts';
import { gate, serve } from './serve.ts';
import { closeFrame, Refusal, sessionTo, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

describe.each(TRANSPORTS)('when the server stops, over %s', (transport) => {
  test('sockets are closed with 1001, behind what was sent', async () => {
    const closes: WebSocketClose[] = [];
    const rooms = createRooms();
    await using app = await serve({
      '/': createWebSocketRoute({
        open: (socket) => rooms.join('all', socket),
        close: (_socket, close) => void closes.push(close),
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    await expect.poll(() => rooms.size('all')).toBe(1);
    await rooms.send('all', 'last');
    const stopped = app.server.close();
    expect(await client.message()).toBe('last');
    expect(await client.closed()).toEqual({ code: 1001, reason: 'The server is about to stop' });
    client.send(closeFrame(1001));
    client.stream.end();
    await stopped;
    expect(closes).toEqual([{ code: 1001, reason: 'The server is about to stop', wasClean: true }]);
  });

  test('clients that are stalled or do not answer are cut within seconds', async () => {
    const closes: number[] = [];
    let opened = 0;
    await using app = await serve({
      '/': createWebSocketRoute({
        queueLimit: 50_000_000,
        open: (socket) => {
          opened += 1;
          for (let index = 0; index < 200; index++) void socket.send('x'.repeat(60_000));
        },
        close: (_socket, { code }) => void closes.push(code),
      }),
    });
    await using stalled = await WebSocketClient.open(transport, app.url, '/');
    stalled.stream.pause();
    await using silent = await WebSocketClient.open(transport, app.url, '/');
    await expect.poll(() => opened).toBe(2);
    expect(silent.hasEnded).toBe(false);
    await Promise.race([
      app.server.close(),
      wait(8000, undefined, { ref: false }).then(() => expect.unreachable('too late')),
    ]);
    expect(closes).toEqual([1001, 1001]);
  });

  test('new ones are refused', async () => {
    const draining = gate();
    await using app = await serve({ '/': createWebSocketRoute({}) });
    const session = transport === 'HTTP/2' ? await sessionTo(app.url) : undefined;
    let refused: unknown;
    app.server.events.on('draining', async () => {
      // The connection is still there.
      const late = await WebSocketClient.open(transport, app.url, '/', {}, session).catch(
        (error: unknown) => error,
      );
      refused = late;
      draining.open();
    });
    const stopped = app.server.close();
    await draining.promise;
    session?.destroy();
    await stopped;
    expect(refused).toBeInstanceOf(Error);
    if (refused instanceof Refusal) expect(refused.answer.status).toBe(503);
  });
});
