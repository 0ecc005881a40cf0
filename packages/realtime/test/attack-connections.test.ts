import { constants } from 'node:http2';

import { createMiddleware } from '@blaizejs/middleware';
import type { Middleware } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';

import {
  createRooms,
  createWebSocketRoute,
  type ServerSocket,
  type WebSocketClose,
  type WebSocketSettings,
} from '../src/websocket.ts';
import { gate, keepingLogger, serve } from './serve.ts';
import { closeFrame, frame, sessionTo, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

const never = (): Promise<never> => new Promise(() => undefined);

/** A route whose sockets are known, and how they ended. */
function recording(options: WebSocketSettings & { readonly middleware?: readonly Middleware[] } = {}) {
  const closes: WebSocketClose[] = [];
  const sockets: ServerSocket[] = [];
  const route = createWebSocketRoute({
    ...options,
    open: (socket) => void sockets.push(socket as ServerSocket),
    close: (_socket, close) => void closes.push(close),
  });
  return { closes, sockets, route };
}

/** Fields of an extended CONNECT. */
const connectTo = (path: string) => ({
  ':method': 'CONNECT',
  ':protocol': 'websocket',
  ':path': path,
  'sec-websocket-version': '13',
});

describe('a stream over HTTP/2 that is reset', () => {
  const CODES = [constants.NGHTTP2_CANCEL, constants.NGHTTP2_NO_ERROR, constants.NGHTTP2_INTERNAL_ERROR];

  test.each(CODES)('with %i before its answer opens nothing', async (code) => {
    const [asked, answer] = [gate(), gate()];
    const { sockets, closes, route } = recording({
      middleware: [
        createMiddleware({
          name: 'slow',
          onRequest: async () => {
            asked.open();
            await answer.promise;
          },
        }),
      ],
    });
    const { log, lines } = keepingLogger();
    await using app = await serve({ '/': route, '/ok': recording().route }, { logger: log });
    const session = await sessionTo(app.url);
    const stream = session.request(connectTo('/'), { endStream: false });
    stream.on('error', () => undefined);
    await asked.promise;
    const closed = new Promise((resolve) => stream.on('close', resolve));
    stream.close(code);
    await closed;
    await using other = await WebSocketClient.open('HTTP/2', app.url, '/ok', {}, session);
    answer.open();
    other.send(closeFrame(1000));
    await other.closed();
    expect(closes.length).toBe(sockets.length);
    expect(lines.filter(([level]) => level === 'error')).toEqual([]);
    session.destroy();
  });

  test.each(CODES)('with %i while open, closing, or behind its end closes once', async (code) => {
    const { sockets, closes, route } = recording();
    await using app = await serve({ '/': route });
    const session = await sessionTo(app.url);
    const states = ['open', 'within a frame', 'with a queue', 'closing', 'closed by the client', 'ended'];
    for (const [index, state] of states.entries()) {
      await using client = await WebSocketClient.open('HTTP/2', app.url, '/', {}, session);
      await expect.poll(() => sockets).toHaveLength(index + 1);
      if (state === 'within a frame') client.send(Buffer.of(0x81, 0x85, 1));
      if (state === 'with a queue') void sockets[index]?.send('x'.repeat(500_000));
      if (state === 'closing') sockets[index]?.close(4000);
      if (state === 'closed by the client') client.send(closeFrame(1000));
      if (state === 'ended') client.stream.end();
      await new Promise(setImmediate);
      (client.stream as unknown as { close(code: number): void }).close(code);
      await expect.poll(() => closes).toHaveLength(index + 1);
    }
    await new Promise(setImmediate);
    expect(closes).toHaveLength(states.length);
    expect(sockets.some(({ isOpen }) => isOpen)).toBe(false);
    session.destroy();
  });
});

describe('GOAWAY of the client', () => {
  test('leaves open sockets at work until they end', async () => {
    const { sockets, closes, route } = recording();
    await using app = await serve({ '/': route });
    const session = await sessionTo(app.url);
    const client = await WebSocketClient.open('HTTP/2', app.url, '/', {}, session);
    await expect.poll(() => sockets).toHaveLength(1);
    session.goaway(constants.NGHTTP2_NO_ERROR);
    await sockets[0]?.send('still here');
    expect(await client.message()).toBe('still here');
    client.send(closeFrame(1000));
    expect((await client.closed()).code).toBe(1000);
    client.stream.end();
    await expect.poll(() => closes).toHaveLength(1);
    session.destroy();
  });

  test('with an error closes each of its sockets once', async () => {
    const { sockets, closes, route } = recording();
    await using app = await serve({ '/': route });
    const session = await sessionTo(app.url);
    for (let count = 0; count < 5; count++) await WebSocketClient.open('HTTP/2', app.url, '/', {}, session);
    await expect.poll(() => sockets).toHaveLength(5);
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    session.destroy(undefined, constants.NGHTTP2_PROTOCOL_ERROR);
    await expect.poll(() => closes).toHaveLength(5);
    await new Promise(setImmediate);
    expect(closes).toHaveLength(5);
  });
});

test('a client whose window is zero is bounded, stalls nobody, and can be closed', async () => {
  const { sockets, closes, route } = recording({ queueLimit: 100_000, closeTimeout: 50 });
  await using app = await serve({
    '/': route,
    '/echo': createWebSocketRoute({ message: (socket, message) => socket.send(message) }),
  });
  const session = await sessionTo(app.url, { settings: { initialWindowSize: 0 } });
  await WebSocketClient.open('HTTP/2', app.url, '/', {}, session);
  await WebSocketClient.open('HTTP/2', app.url, '/', {}, session);
  await expect.poll(() => sockets).toHaveLength(2);
  const sent = Array.from({ length: 50 }, () => Promise.resolve(sockets[0]?.send('x'.repeat(10_000))));
  expect(sockets[0]?.queued).toBeLessThan(200_000);
  expect(new Set(await Promise.all(sent))).toEqual(new Set([false]));
  await expect
    .poll(() => closes)
    .toEqual([{ code: 1008, reason: 'The client reads too slowly', wasClean: false }]);
  sockets[1]?.close(4000, 'enough');
  await expect.poll(() => closes[1]).toEqual({ code: 4000, reason: 'enough', wasClean: false });
  await using other = await WebSocketClient.open('HTTP/2', app.url, '/echo');
  other.json('alive');
  expect(await other.message()).toBe('alive');
  session.destroy();
});

describe.each(TRANSPORTS)('over %s', (transport) => {
  test('a client that has ended its side gets what was sent, and nothing waits for it', async () => {
    const waiting = gate();
    const closes: WebSocketClose[] = [];
    await using app = await serve({
      '/': createWebSocketRoute({
        message: async (socket, message) => {
          await waiting.promise;
          await socket.send(message);
        },
        close: (_socket, close) => void closes.push(close),
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send('"a"', '"b"');
    client.stream.end();
    waiting.open();
    expect(await client.message()).toBe('a');
    await client.ended();
    await expect.poll(() => closes).toHaveLength(1);
  });

  test.each(['open', 'message', 'close'] as const)(
    'a %s listener that never ends delays neither others nor the stop of the server for long',
    async (name) => {
      const app = await serve(
        {
          '/hangs': createWebSocketRoute({ [name]: never }),
          '/ok': createWebSocketRoute({ message: (socket, message) => socket.send(message) }),
        },
        { shutdownTimeout: 600 },
      );
      const session = transport === 'HTTP/2' ? await sessionTo(app.url) : undefined;
      const hanging = await WebSocketClient.open(transport, app.url, '/hangs', {}, session);
      hanging.send('1', '2');
      if (name === 'close') hanging.send(closeFrame(1000));
      const ok = await WebSocketClient.open(transport, app.url, '/ok', {}, session);
      ok.json('alive');
      expect(await ok.message()).toBe('alive');
      const stopped = app.server.close();
      expect((await ok.closed()).code).toBe(1001);
      ok.send(closeFrame(1001));
      ok.stream.end();
      await stopped;
      await hanging.ended();
      session?.destroy();
      await app.close();
    },
  );

  test('a broadcast reaches all others although members close, leave and send meanwhile', async () => {
    const rooms = createRooms();
    const sockets: ServerSocket[] = [];
    await using app = await serve({
      '/': createWebSocketRoute({
        open: async (socket) => {
          sockets.push(socket);
          await rooms.join('all', socket);
        },
        close: async (socket) => {
          await rooms.send('all', 'gone');
          await rooms.join('all', socket);
          await rooms.leave('all', socket);
        },
      }),
    });
    await using first = await WebSocketClient.open(transport, app.url, '/');
    await expect.poll(() => rooms.size('all')).toBe(1);
    await using second = await WebSocketClient.open(transport, app.url, '/');
    await expect.poll(() => rooms.size('all')).toBe(2);
    await using third = await WebSocketClient.open(transport, app.url, '/');
    await expect.poll(() => rooms.size('all')).toBe(3);
    sockets[0]?.close(4000);
    await rooms.send('all', 1);
    sockets[1]?.terminate();
    await rooms.send('all', 2);
    expect(await first.closed()).toEqual({ code: 4000, reason: '' });
    const got = [await third.message(), await third.message(), await third.message()];
    expect(got.filter((message) => message !== 'gone')).toEqual([1, 2]);
    first.stream.destroy();
    await second.ended();
    expect(await third.message()).toBe('gone');
    await expect.poll(() => rooms.size('all')).toBe(1);
  });

  test('handshakes that wait when the server stops are refused or closed with 1001', async () => {
    const [asked, answer] = [gate(), gate()];
    let count = 0;
    const closes: number[] = [];
    const app = await serve({
      '/': createWebSocketRoute({
        middleware: [
          createMiddleware({
            name: 'slow',
            onRequest: async () => {
              if ((count += 1) === 3) asked.open();
              await answer.promise;
            },
          }),
        ],
        close: (_socket, { code }) => void closes.push(code),
      }),
    });
    const opening = Array.from({ length: 3 }, () =>
      WebSocketClient.open(transport, app.url, '/').then(
        async (client) => {
          const { code } = await client.closed();
          client.stream.destroy();
          return code;
        },
        (error: unknown) => error,
      ),
    );
    await asked.promise;
    app.server.events.on('draining', () => answer.open());
    await app.server.close();
    for (const outcome of await Promise.all(opening)) {
      if (outcome !== 1001) expect(String(outcome)).toMatch(/refused with 503/);
    }
    await app.close();
  });

  test('sockets leave nothing behind, however they end', async () => {
    const rooms = createRooms();
    let [opened, closed] = [0, 0];
    const signals: AbortSignal[] = [];
    await using app = await serve({
      '/': createWebSocketRoute({
        requests: { out: { ping: {} } },
        open: async (socket) => {
          opened += 1;
          signals.push(socket.signal);
          await rooms.join('all', socket);
          void socket.request('ping', 1);
        },
        close: () => void (closed += 1),
      }),
    });
    const session = transport === 'HTTP/2' ? await sessionTo(app.url) : undefined;
    for (let round = 0; round < 10; round++) {
      const clients = await Promise.all(
        Array.from({ length: 10 }, () => WebSocketClient.open(transport, app.url, '/', {}, session)),
      );
      for (const [index, client] of clients.entries()) {
        if (index % 3 === 0) client.stream.destroy();
        else if (index % 3 === 1) client.stream.end(closeFrame(1000));
        else client.stream.end(frame(3));
        client.stream.resume();
      }
    }
    await expect.poll(() => [opened, closed], { timeout: 5000 }).toEqual([100, 100]);
    expect(rooms.size('all')).toBe(0);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    session?.destroy();
  });
});
