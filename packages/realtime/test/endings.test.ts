import { connect as connectTls } from 'node:tls';

import { describe, expect, test } from 'vitest';

import { createWebSocketRoute, type ServerSocket, type WebSocketClose } from '../src/websocket.ts';
import { gate, serve } from './serve.ts';
import { closeFrame, sessionTo, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

const LOST = [{ code: 1006, reason: '', wasClean: false }];

/** A route that keeps how its sockets end. */
function recording(options: { readonly pingInterval?: number; readonly closeTimeout?: number } = {}) {
  const closes: WebSocketClose[] = [];
  const sockets: ServerSocket[] = [];
  const route = createWebSocketRoute({
    ...options,
    open: (socket) => void sockets.push(socket as ServerSocket),
    message: (socket, message) => socket.send(message),
    close: (_socket, close) => void closes.push(close),
  });
  return { closes, sockets, route };
}

describe.each(TRANSPORTS)('a connection over %s', (transport) => {
  test('that is reset closes once', async () => {
    const { closes, sockets, route } = recording();
    await using app = await serve({ '/': route });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    await expect.poll(() => sockets).toHaveLength(1);
    client.stream.destroy();
    await expect.poll(() => closes).toEqual(LOST);
    expect(sockets[0]?.signal.aborted).toBe(true);
    expect(await sockets[0]?.send('x')).toBe(false);
    await new Promise(setImmediate);
    expect(closes).toHaveLength(1);
  });

  test('whose client ends its side without a close frame closes once', async () => {
    const { closes, sockets, route } = recording();
    await using app = await serve({ '/': route });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send('"last"');
    client.stream.end();
    expect(await client.message()).toBe('last');
    await client.ended();
    await expect.poll(() => closes).toEqual(LOST);
    expect(sockets).toHaveLength(1);
  });

  test('whose client ends its side within a frame closes once', async () => {
    const { closes, route } = recording();
    await using app = await serve({ '/': route });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send(Buffer.of(0x81, 0x85, 1, 2));
    client.stream.end();
    await client.ended();
    await expect.poll(() => closes).toEqual(LOST);
  });

  test('that is lost while a listener runs tells its signal at once, and the listener afterwards', async () => {
    const handling = gate();
    const seen: unknown[] = [];
    await using app = await serve({
      '/': createWebSocketRoute({
        open: (socket) => {
          socket.signal.addEventListener('abort', () => seen.push('abort'));
        },
        message: async (socket) => {
          seen.push('message');
          await handling.promise;
          seen.push(await socket.send('late'));
        },
        close: (_socket, { code }) => void seen.push(code),
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send('1');
    await expect.poll(() => seen).toEqual(['message']);
    client.stream.destroy();
    await expect.poll(() => seen).toEqual(['message', 'abort']);
    handling.open();
    await expect.poll(() => seen).toEqual(['message', 'abort', false, 1006]);
  });

  test('that the server terminates is cut, whatever is queued', async () => {
    const { closes, sockets, route } = recording();
    await using app = await serve({ '/': route });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    await expect.poll(() => sockets).toHaveLength(1);
    client.stream.pause();
    const sent = sockets[0]?.send('x'.repeat(8_000_000));
    sockets[0]?.terminate();
    expect(await sent).toBe(false);
    await expect.poll(() => closes).toEqual(LOST);
    client.stream.resume();
    await client.ended();
  });

  test('whose client does not answer the close frame is cut after closeTimeout', async () => {
    const { closes, sockets, route } = recording({ closeTimeout: 50 });
    await using app = await serve({ '/': route });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    await expect.poll(() => sockets).toHaveLength(1);
    sockets[0]?.close(4000, 'bye');
    expect(await client.closed()).toEqual({ code: 4000, reason: 'bye' });
    await client.ended();
    await expect.poll(() => closes).toEqual([{ code: 4000, reason: 'bye', wasClean: false }]);
  });

  test('whose client keeps its side open behind a closing handshake is cut', async () => {
    const { closes, route } = recording({ closeTimeout: 50 });
    await using app = await serve({ '/': route });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send(closeFrame(1000));
    await client.closed();
    await expect.poll(() => closes).toEqual([{ code: 1000, reason: '', wasClean: true }]);
  });

  test('that answers pings stays, and one that does not is cut', async () => {
    const { closes, sockets, route } = recording({ pingInterval: 40 });
    await using app = await serve({ '/': route });
    await using alive = await WebSocketClient.open(transport, app.url, '/');
    let pings = 0;
    alive.stream.on('data', () => {
      for (const { opcode } of alive.frames.splice(0)) {
        if (opcode !== 9) continue;
        pings += 1;
        alive.send(Buffer.of(0x8a, 0x80, 0, 0, 0, 0));
      }
    });
    await using silent = await WebSocketClient.open(transport, app.url, '/');
    await silent.ended();
    await expect.poll(() => closes).toEqual(LOST);
    await expect.poll(() => pings).toBeGreaterThan(3);
    expect(sockets.map(({ isOpen }) => isOpen)).toEqual([true, false]);
  });
});

describe('a session over HTTP/2', () => {
  test('that is lost closes all of its sockets, each once', async () => {
    const { closes, sockets, route } = recording();
    await using app = await serve({ '/': route });
    const session = await sessionTo(app.url);
    for (let count = 0; count < 3; count++) {
      await WebSocketClient.open('HTTP/2', app.url, '/', {}, session);
    }
    await expect.poll(() => sockets).toHaveLength(3);
    session.destroy();
    await expect.poll(() => closes).toEqual([...LOST, ...LOST, ...LOST]);
  });

  test('whose connection is cut closes its sockets', async () => {
    const { closes, sockets, route } = recording();
    await using app = await serve({ '/': route });
    const { port } = new URL(app.url);
    const socket = connectTls({ port: Number(port), host: 'localhost', ALPNProtocols: ['h2'] });
    const session = await sessionTo(app.url, { createConnection: () => socket });
    await WebSocketClient.open('HTTP/2', app.url, '/', {}, session);
    await expect.poll(() => sockets).toHaveLength(1);
    socket.destroy();
    await expect.poll(() => closes).toEqual(LOST);
  });

  test('ends a stream behind everything that was queued', async () => {
    await using app = await serve({
      '/': createWebSocketRoute({
        message: (socket) => {
          for (let index = 0; index < 50; index++) void socket.send('x'.repeat(10_000));
          socket.close(1000);
        },
        queueLimit: 10_000_000,
      }),
    });
    await using client = await WebSocketClient.open('HTTP/2', app.url, '/');
    client.send('1');
    for (let index = 0; index < 50; index++) expect(String(await client.message())).toHaveLength(10_000);
    expect((await client.closed()).code).toBe(1000);
    client.send(closeFrame(1000));
    await client.ended();
    expect(client.frames).toEqual([]);
  });
});
