import { AsyncLocalStorage } from 'node:async_hooks';

import { useContext } from '@blaizejs/context';
import { createMiddleware } from '@blaizejs/middleware';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';

import { createWebSocketRoute, type ServerSocket, type WebSocketClose } from '../src/websocket.ts';
import { createPresence } from '../src/index.ts';
import { gate, keepingLogger, serve } from './serve.ts';
import { closeFrame, frame, sessionTo, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

afterEach(() => void vi.useRealTimers());

describe.each(TRANSPORTS)('listeners over %s', (transport) => {
  test('run one after the other, and the next message waits', async () => {
    const [opening, handling] = [gate(), gate()];
    const seen: unknown[] = [];
    await using app = await serve({
      '/': createWebSocketRoute({
        open: async () => {
          seen.push('open');
          await opening.promise;
          seen.push('opened');
        },
        message: async (_socket, message) => {
          seen.push(message);
          if (message === 1) await handling.promise;
          seen.push(`${String(message)} done`);
        },
        close: () => void seen.push('close'),
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send('1', '2', '3', closeFrame(1000));
    await expect.poll(() => seen).toEqual(['open']);
    opening.open();
    await expect.poll(() => seen).toEqual(['open', 'opened', 1]);
    await new Promise(setImmediate);
    expect(seen).toHaveLength(3);
    handling.open();
    expect(await client.closed()).toEqual({ code: 1000, reason: '' });
    client.stream.end();
    await expect.poll(() => seen).toEqual(['open', 'opened', 1, '1 done', 2, '2 done', 3, '3 done', 'close']);
  });

  test('a route whose open listener does not end is warned of, once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { log, lines } = keepingLogger();
    const opening = gate();
    const presence = createPresence('p');
    const warnings = (): unknown[][] => lines.filter(([level]) => level === 'warn');
    let opened = 0;
    const seen: unknown[] = [];
    await using app = await serve(
      {
        '/rooms/:id': createWebSocketRoute({
          open: async (socket) => {
            opened += 1;
            // A socket that is only slow.
            if (opened === 1) return opening.promise;
            for await (const members of presence.watch('x', { signal: socket.signal })) seen.push(members);
          },
        }),
      },
      { logger: log },
    );
    await using slow = await WebSocketClient.open(transport, app.url, '/rooms/1');
    await expect.poll(() => opened).toBe(1);
    vi.advanceTimersByTime(9_000);
    opening.open();
    slow.send(closeFrame(1000));
    await slow.closed();
    vi.advanceTimersByTime(9_000);
    expect(warnings()).toEqual([]);
    for (const id of [2, 3]) {
      await using client = await WebSocketClient.open(transport, app.url, `/rooms/${id}`);
      await expect.poll(() => seen.length).toBe(id - 1);
      vi.advanceTimersByTime(10_000);
      client.stream.destroy();
    }
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]?.at(-1)).toBe(
      'The open listener of the WebSocket /rooms/:id has not ended after 10 s, and no message is read before it has. What lasts as ' +
        'long as the socket, such as a loop over `presence.watch()`, belongs in a function that it calls and does not await.',
    );
  });

  test('run in the context of their request', async () => {
    const ids: unknown[] = [];
    const note = (): void => void ids.push(useContext().request.correlationId);
    await using app = await serve({
      '/': createWebSocketRoute({
        open: async (socket) => {
          await Promise.resolve();
          note();
          expect(useContext()).toBe(socket.ctx);
        },
        message: async () => {
          await new Promise(setImmediate);
          note();
        },
        close: note,
      }),
    });
    const session = transport === 'HTTP/2' ? await sessionTo(app.url) : undefined;
    for (const id of ['a', 'b']) {
      const headers = { 'x-correlation-id': id };
      await using client = await WebSocketClient.open(transport, app.url, '/', headers, session);
      client.send('1');
      await expect.poll(() => ids).toContain(id);
      client.send(closeFrame(1000));
      await client.closed();
      client.stream.end();
    }
    session?.close();
    await expect.poll(() => ids.toSorted()).toEqual(['a', 'a', 'a', 'b', 'b', 'b']);
  });

  test.each([
    ['with what middleware has put around it', 'tracer'],
    ['and in nothing else', undefined],
  ])('run in the context of their request, %s', async (_what, store) => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const note = (): void => void seen.push([storage.getStore(), useContext().request.query['id']]);
    const around = createMiddleware((_ctx, next) =>
      store === undefined ? next() : storage.run(store, next),
    );
    const route = createWebSocketRoute({
      middleware: [around],
      open: note,
      message: note,
      close: note,
    });
    await using app = await serve({ '/': route });
    await using client = await WebSocketClient.open(transport, app.url, '/?id=a');
    client.send('1');
    await expect.poll(() => seen).toHaveLength(2);
    client.send('2', closeFrame(1000));
    await client.closed();
    client.stream.end();
    await expect.poll(() => seen).toEqual(Array(4).fill([store, 'a']));
  });

  describe.each(['open', 'message', 'close'] as const)('if %s fails', (name) => {
    test.each([
      [
        'throws',
        (): never => {
          throw new Error('secret');
        },
      ],
      ['rejects', () => Promise.reject(new Error('secret'))],
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as an application may
      ['rejects with nothing', () => Promise.reject(undefined)],
    ])('%s: the client gets 1011 without a word, and the log has the error', async (_how, fail) => {
      const { log, lines } = keepingLogger();
      const closes: WebSocketClose[] = [];
      await using app = await serve(
        {
          '/x': createWebSocketRoute({
            [name]: fail,
            ...(name !== 'close' && {
              close: (_socket: unknown, close: WebSocketClose) => void closes.push(close),
            }),
          }),
          '/ok': createWebSocketRoute({ message: (socket, message) => socket.send(message) }),
        },
        { logger: log },
      );
      await using client = await WebSocketClient.open(transport, app.url, '/x');
      client.send('1', '2');
      if (name === 'close') {
        client.send(closeFrame(1000));
        expect((await client.closed()).code).toBe(1000);
      } else {
        expect(await client.closed()).toEqual({ code: 1011, reason: '' });
        client.send(closeFrame(1011));
      }
      await client.ended();
      client.stream.end();
      if (name !== 'close') {
        await expect.poll(() => closes).toEqual([{ code: 1011, reason: '', wasClean: true }]);
      }
      const errors = (): unknown[][] => lines.filter(([level]) => level === 'error');
      await expect.poll(errors).toHaveLength(1);
      expect(errors()[0]?.[2]).toBe(`The ${name} listener of the WebSocket /x failed`);
      await using other = await WebSocketClient.open(transport, app.url, '/ok');
      other.send('"alive"');
      expect(await other.message()).toBe('alive');
    });
  });

  test('a message that cannot be sent closes with 1011, and never rejects', async () => {
    const { log, lines } = keepingLogger();
    const sent: boolean[] = [];
    await using app = await serve(
      {
        '/': createWebSocketRoute({
          messages: { out: z.object({ a: z.number() }) },
          open: async (socket) => {
            sent.push(await socket.send({ a: 'x' } as never));
            sent.push(await socket.send({ a: 1 }));
          },
        }),
      },
      { logger: log },
    );
    await using client = await WebSocketClient.open(transport, app.url, '/');
    expect(await client.closed()).toEqual({ code: 1011, reason: '' });
    await expect.poll(() => sent).toEqual([false, false]);
    const [line] = lines.filter(([level]) => level === 'error');
    expect(line?.[1]).toMatchObject({ err: { code: 'ERR_BLAIZE_WEBSOCKET_MESSAGE' } });
    expect(line?.[2]).toBe('A message for the WebSocket / failed');
  });

  test('the schema of messages strips what it does not know', async () => {
    await using app = await serve({
      '/': createWebSocketRoute({
        messages: { out: z.object({ a: z.number() }) },
        open: (socket) => socket.send({ a: 1, password: 'x' } as { a: number }),
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    expect(await client.message()).toEqual({ a: 1 });
  });

  test.each<[string, string | Uint8Array, number, string]>([
    ['no JSON', '{', 1007, 'The message is not valid JSON'],
    ['a prototype', '{"__proto__":{}}', 1007, 'The message has a key that would set a prototype'],
    ['another shape', '{"a":"x"}', 1008, 'Invalid message: /a: '],
    ['bytes', frame(2, 'x'), 1003, 'Only text messages are accepted'],
  ])('a message of %s is refused before the listener', async (_what, message, code, reason) => {
    const seen: unknown[] = [];
    await using app = await serve({
      '/': createWebSocketRoute({
        messages: { in: z.object({ a: z.number() }) },
        message: (_socket, value) => void seen.push(value),
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send(message);
    const closed = await client.closed();
    expect(closed.code).toBe(code);
    expect(closed.reason.startsWith(reason.slice(0, 40))).toBe(true);
    expect(seen).toEqual([]);
  });

  test('an asynchronous schema keeps the order of messages', async () => {
    const later = z.number().refine(async (value) => {
      for (let turn = value; turn < 3; turn++) await new Promise(setImmediate);
      return true;
    });
    await using app = await serve({
      '/': createWebSocketRoute({
        messages: { in: later },
        message: (socket, message) => socket.send(message),
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send('1', '2', '3');
    for (const expected of [1, 2, 3]) expect(await client.message()).toBe(expected);
  });

  test('what is sent behind the close frame goes nowhere, and a socket closes once', async () => {
    const closes: WebSocketClose[] = [];
    const results: boolean[] = [];
    let socket: ServerSocket | undefined;
    await using app = await serve({
      '/': createWebSocketRoute({
        open: async (opened) => {
          socket = opened;
          void opened.send('last');
          opened.close(4000, 'enough');
          opened.close(4001);
          results.push(opened.isOpen, await opened.send('late'));
        },
        message: () => void results.push(true),
        close: (_socket, close) => void closes.push(close),
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send('1');
    expect(await client.message()).toBe('last');
    expect(await client.closed()).toEqual({ code: 4000, reason: 'enough' });
    client.send(closeFrame(4000));
    await client.ended();
    client.stream.end();
    await expect.poll(() => closes).toEqual([{ code: 4000, reason: 'enough', wasClean: true }]);
    expect(results).toEqual([false, false]);
    expect(await socket?.send('x')).toBe(false);
    expect(socket?.signal.aborted).toBe(true);
    socket?.close();
    socket?.terminate();
    expect(closes).toHaveLength(1);
  });

  test.each<[number, string]>([
    [1005, ''],
    [1006, ''],
    [999, ''],
    [2999, ''],
    [5000, ''],
    [1000.5, ''],
    [1000, 'é'.repeat(62)],
  ])('close(%d, %j) is refused', async (code, reason) => {
    let problem: unknown;
    await using app = await serve({
      '/': createWebSocketRoute({
        open: (socket) => {
          try {
            socket.close(code, reason);
          } catch (error) {
            problem = error;
          }
        },
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    await expect.poll(() => problem).toBeInstanceOf(RangeError);
    expect(client.hasEnded).toBe(false);
  });
});
