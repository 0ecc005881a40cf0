import { createRequire } from 'node:module';

import { ConflictError } from '@blaizejs/errors';
import { BlaizeError } from '@blaizejs/errors';
import type { TestServer } from '@blaizejs/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';

import {
  connectWebSocket,
  type LiveWebSocket,
  type LiveWebSocketOptions,
  type MessagesOf,
  type WebSocketConstructor,
  WebSocketRequestError,
} from '../src/client.ts';
import { createWebSocketRoute, type ServerSocket } from '../src/websocket.ts';
import { gate, serve } from './serve.ts';

// Node 20 has no WebSocket.
const { WebSocket } = createRequire(import.meta.url)('ws') as { readonly WebSocket: WebSocketConstructor };

type Asking = ServerSocket<unknown, unknown, { confirm: { data: typeof Total; reply: typeof Yes } }>;
const Total = z.object({ total: z.number() });
const Yes = z.boolean();
const sockets: Asking[] = [];
const asked: unknown[] = [];
let waiting = gate();
const route = createWebSocketRoute({
  requests: {
    in: {
      order: { data: z.object({ item: z.number() }), reply: z.object({ at: z.date() }) },
      wait: { data: z.string(), reply: z.string(), idempotent: true },
      once: { data: z.string() },
    },
    out: { confirm: { data: Total, reply: Yes } },
  },
  open: (socket) => void sockets.push(socket as Asking),
  answers: {
    order: (_socket, { item }) => {
      asked.push(item);
      if (item === 0) throw new ConflictError('Sold out.', { code: 'SOLD_OUT', details: { item } });
      return { at: new Date(item) };
    },
    wait: async (_socket, text, signal) => {
      asked.push(text);
      signal.addEventListener('abort', () => asked.push(`${text} aborted`));
      await waiting.promise;
      return text;
    },
    once: async (_socket, text) => {
      asked.push(text);
      await waiting.promise;
    },
  },
});
type Messages = MessagesOf<typeof route>;

let app: TestServer;
let live: LiveWebSocket<Messages> | undefined;
function connect(options: LiveWebSocketOptions<Messages> = {}): LiveWebSocket<Messages> {
  return (live = connectWebSocket<typeof route>(`${app.url}/`, {
    minDelay: 5,
    maxDelay: 20,
    WebSocket,
    ...options,
  }));
}
beforeEach(async () => {
  sockets.length = asked.length = 0;
  waiting = gate();
  app = await serve({ '/': route }, { tls: false, http2: { enabled: false } });
});
afterEach(async () => {
  live?.close();
  waiting.open();
  await app.close();
});
const failed = (answer: Promise<unknown>): Promise<WebSocketRequestError> =>
  answer.then(
    (value) => expect.unreachable(`answered with ${JSON.stringify(value)}`),
    (error: unknown) => error as WebSocketRequestError,
  );

test('a request waits for the connection, and gets its answer', async () => {
  const socket = connect();
  expect(socket.isOpen).toBe(false);
  const answers = await Promise.all([
    socket.request('order', { item: 1 }),
    socket.request('order', { item: 2 }),
  ]);
  expect(answers).toEqual([{ at: '1970-01-01T00:00:00.001Z' }, { at: '1970-01-01T00:00:00.002Z' }]);
  waiting.open();
  await expect(socket.request('once', 'x')).resolves.toBeUndefined();
});

test('an error comes back as the problem details say', async () => {
  const error = await failed(connect().request('order', { item: 0 }));
  expect(error).toBeInstanceOf(WebSocketRequestError);
  expect(error).toBeInstanceOf(BlaizeError);
  expect(error).toMatchObject({ code: 'SOLD_OUT', status: 409, message: 'Sold out.', details: { item: 0 } });
  expect(error.correlationId).toMatch(/\w/);
  const invalid = await failed(connect().request('order', { item: 'x' } as never));
  expect(invalid).toMatchObject({ code: 'ERR_BLAIZE_VALIDATION', status: 400 });
});

describe('a request that nobody waits for any more', () => {
  test('is aborted on the server, too', async () => {
    const socket = connect();
    const abort = new AbortController();
    const answer = failed(socket.request('wait', 'a', { signal: abort.signal }));
    await expect.poll(() => asked).toEqual(['a']);
    abort.abort('enough');
    expect(await answer).toMatchObject({
      code: 'ERR_BLAIZE_WEBSOCKET_ABORTED',
      name: 'AbortError',
      cause: 'enough',
    });
    await expect.poll(() => asked).toEqual(['a', 'a aborted']);
    expect(await failed(socket.request('wait', 'b', { signal: abort.signal }))).toMatchObject({
      name: 'AbortError',
    });
    expect(await failed(socket.request('wait', 'c', { timeout: 20 }))).toMatchObject({
      name: 'TimeoutError',
    });
    await expect.poll(() => asked).toEqual(['a', 'a aborted', 'c', 'c aborted']);
  });

  test('is not sent when there is a connection at last', async () => {
    const online = gate();
    const socket = (live = connectWebSocket<typeof route>(
      async () => {
        await online.promise;
        return app.url;
      },
      { WebSocket },
    ));
    expect(await failed(socket.request('wait', 'early', { timeout: 10 }))).toMatchObject({
      name: 'TimeoutError',
    });
    const answer = socket.request('order', { item: 5 });
    online.open();
    await answer;
    expect(asked).toEqual([5]);
  });
});

describe('when the connection breaks', () => {
  test('what was sent is rejected, and sent again if it may be, in order, before what was said since', async () => {
    const socket = connect();
    const once = failed(socket.request('once', 'once'));
    const wait = failed(socket.request('wait', 'not again'));
    const again = [
      socket.request('wait', 'a', { again: true }),
      socket.request('wait', 'b', { again: true }),
    ];
    await expect.poll(() => asked).toEqual(['once', 'not again', 'a', 'b']);
    asked.length = 0;
    sockets[0]?.terminate();
    for (const error of [await once, await wait]) expect(error.code).toBe('ERR_BLAIZE_WEBSOCKET_LOST');
    const since = socket.request('wait', 'c');
    await expect
      .poll(() => asked.filter((what) => !String(what).includes('aborted')))
      .toEqual(['a', 'b', 'c']);
    waiting.open();
    expect(await Promise.all([...again, since])).toEqual(['a', 'b', 'c']);
    expect(sockets).toHaveLength(2);
  });

  test('for good, everything is rejected', async () => {
    const socket = connect();
    const answer = failed(socket.request('wait', 'a', { again: true }));
    await expect.poll(() => asked).toEqual(['a']);
    sockets[0]?.close(4000);
    expect((await answer).code).toBe('ERR_BLAIZE_WEBSOCKET_LOST');
    expect((await failed(socket.request('wait', 'b'))).code).toBe('ERR_BLAIZE_WEBSOCKET_LOST');
    const closing = connect();
    const late = failed(closing.request('wait', 'c'));
    closing.close();
    expect((await late).code).toBe('ERR_BLAIZE_WEBSOCKET_LOST');
  });
});

test('requests are bounded, and those that cannot be sent are refused', async () => {
  const socket = connect({ maxRequests: 2 });
  const waits = [socket.request('wait', 'a'), socket.request('wait', 'b')];
  expect((await failed(socket.request('wait', 'c'))).code).toBe('ERR_BLAIZE_WEBSOCKET_REQUEST');
  waiting.open();
  expect(await Promise.all(waits)).toEqual(['a', 'b']);
  expect((await failed(socket.request('wait', 1n as never))).code).toBe('ERR_BLAIZE_WEBSOCKET_REQUEST');
});

test('nobody has to listen for a rejection', async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): number => unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  const socket = connect();
  void socket.request('wait', 'a', { timeout: 5 });
  void socket.request('order', { item: 0 });
  socket.close();
  void socket.request('order', { item: 0 });
  await new Promise((resolve) => setTimeout(resolve, 30));
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

describe('the server asks', () => {
  test('and gets what the client answers', async () => {
    connect({ answers: { confirm: async ({ total }) => (await Promise.resolve(total)) > 3 } });
    await expect.poll(() => sockets).toHaveLength(1);
    const [socket] = sockets;
    expect(await socket?.request('confirm', { total: 4 })).toBe(true);
    expect(await socket?.request('confirm', { total: 3 })).toBe(false);
  });

  test.each([
    ['fails', { confirm: () => Promise.reject(new Error('secret')) }, 500],
    ['does not answer', {}, 501],
  ])('a client that %s, and learns that', async (_what, answers, status) => {
    connect({ answers });
    await expect.poll(() => sockets).toHaveLength(1);
    const error = await failed(sockets[0]?.request('confirm', { total: 4 }) as Promise<boolean>);
    expect(error).toMatchObject({ status, message: 'The client did not answer the request confirm' });
  });

  test('and gives up: the client learns that, and also when the connection ends', async () => {
    const aborted: unknown[] = [];
    const begun: unknown[] = [];
    connect({
      answers: {
        confirm: ({ total }, signal) =>
          new Promise((resolve) => {
            begun.push(total);
            signal.addEventListener('abort', () => {
              aborted.push(total);
              resolve(true);
            });
          }),
      },
    });
    await expect.poll(() => sockets).toHaveLength(1);
    const [socket] = sockets;
    const abort = new AbortController();
    const given = failed(
      socket?.request('confirm', { total: 1 }, { signal: abort.signal }) as Promise<boolean>,
    );
    await expect.poll(() => begun).toEqual([1]);
    abort.abort();
    expect((await given).code).toBe('ERR_BLAIZE_WEBSOCKET_ABORTED');
    await expect.poll(() => aborted).toEqual([1]);
    const lost = failed(socket?.request('confirm', { total: 2 }) as Promise<boolean>);
    await expect.poll(() => begun).toEqual([1, 2]);
    socket?.terminate();
    expect((await lost).code).toBe('ERR_BLAIZE_WEBSOCKET_LOST');
    await expect.poll(() => aborted).toEqual([1, 2]);
  });
});

test("an application can have the form of Socket.IO's acknowledgements", async () => {
  const socket = connect();
  /** `emit('order', data, (error, reply) => …)` */
  function emit<Name extends keyof Messages['requests']>(
    name: Name,
    data: Messages['requests'][Name]['data'],
    acknowledge: (error: unknown, reply?: Messages['requests'][Name]['reply']) => void,
  ): void {
    socket.request(name, data).then((reply) => acknowledge(null, reply), acknowledge);
  }
  const reply = await new Promise((resolve) =>
    emit('order', { item: 1 }, (error, given) => resolve([error, given?.at])),
  );
  expect(reply).toEqual([null, '1970-01-01T00:00:00.001Z']);
  expect(await new Promise((resolve) => emit('order', { item: 0 }, resolve))).toMatchObject({
    code: 'SOLD_OUT',
  });
});
