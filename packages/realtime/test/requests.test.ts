import { useContext } from '@blaizejs/context';
import { NotFoundError, ServiceUnavailableError } from '@blaizejs/errors';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { createWebSocketRoute, type ServerSocket, type WebSocketRequestError } from '../src/websocket.ts';
import { gate, keepingLogger, serve } from './serve.ts';
import { closeFrame, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

const Order = z.object({ item: z.number() });
const Receipt = z.object({ number: z.number() });

/** What comes behind the mark, the id and a space. */
function jsonOf(text: string): unknown {
  return JSON.parse(text.slice(text.indexOf(' ') + 1));
}

describe.each(TRANSPORTS)('requests of clients over %s', (transport) => {
  const ordering = createWebSocketRoute('/orders/[shop]', {
    requests: { in: { order: { data: Order, reply: Receipt }, done: {} } },
    answers: {
      order: async (socket, { item }) => {
        await Promise.resolve();
        expect(useContext()).toBe(socket.ctx);
        if (item === 404) throw new NotFoundError('There is no such item.', { details: { item } });
        if (item === 500) throw new Error('secret');
        if (item === 503) throw new ServiceUnavailableError('secret');
        if (item === 1000) return { number: 'x' } as never;
        return { number: item + 1, password: 'x' };
      },
      done: () => 'nobody sees this',
    },
    message: (socket, message) => socket.send(message),
  });

  test('get answers, as the schema has them', async () => {
    await using app = await serve({ '/:shop': ordering });
    await using client = await WebSocketClient.open(transport, app.url, '/x');
    client.send('?1 order {"item":1}', '"in between"', '?2 done', '?3 done {"a":1}');
    const texts = new Set([
      await client.text(),
      await client.text(),
      await client.text(),
      await client.text(),
    ]);
    expect(texts).toEqual(new Set(['=1 {"number":2}', '"in between"', '=2', '=3']));
  });

  test('get problem details for errors, and the socket stays', async () => {
    const { log, lines } = keepingLogger();
    await using app = await serve({ '/:shop': ordering }, { logger: log });
    await using client = await WebSocketClient.open(transport, app.url, '/x', { 'x-correlation-id': 'abc' });
    const ask = async (text: string): Promise<unknown> => {
      client.send(text);
      const answer = await client.text();
      expect(answer).toMatch(/^!\d+ /);
      return jsonOf(answer);
    };
    expect(await ask('?1 order {"item":404}')).toMatchObject({
      status: 404,
      title: 'Not Found',
      detail: 'There is no such item.',
      details: { item: 404 },
      correlationId: 'abc',
    });
    expect(await ask('?2 order {"item":"x"}')).toMatchObject({ status: 400, code: 'ERR_BLAIZE_VALIDATION' });
    expect(await ask('?3 order')).toMatchObject({ status: 400, code: 'ERR_BLAIZE_VALIDATION' });
    expect(await ask('?4 order {"item":')).toMatchObject({ status: 400 });
    expect(await ask('?5 order {"__proto__":{}}')).toMatchObject({ status: 400 });
    expect(await ask('?6 nothing')).toMatchObject({ status: 404 });
    expect(await ask('?7 constructor')).toMatchObject({ status: 404 });
    expect(lines.filter(([level]) => level === 'error')).toEqual([]);
    for (const [item, status] of [
      [500, 500],
      [503, 503],
      [1000, 500],
    ]) {
      const problem = await ask(`?8 order {"item":${item}}`);
      expect(problem).toMatchObject({ status });
      expect(JSON.stringify(problem)).not.toContain('secret');
    }
    const errors = lines.filter(([level]) => level === 'error');
    expect(errors.map(([, , what]) => what)).toEqual(
      Array(3).fill('The request order of the WebSocket /:shop failed'),
    );
  });

  test.each([
    '?',
    '? ',
    '?x order',
    '?0 order',
    '?1',
    '?1 ',
    `?1 ${'n'.repeat(65)}`,
    '?1 a\u00e9',
    '?1234567890123456 a',
    '=',
    '!x',
    '~',
    '?1\torder',
  ])('that are malformed close with 1007: %j', async (text) => {
    await using app = await serve({ '/:shop': ordering });
    await using client = await WebSocketClient.open(transport, app.url, '/x');
    client.send(text);
    expect((await client.closed()).code).toBe(1007);
  });

  test('are no requests on a route without any', async () => {
    await using app = await serve({
      '/': createWebSocketRoute({ format: 'raw', message: (socket, message) => socket.send(message) }),
      '/json': createWebSocketRoute({}),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send('?1 order {}');
    expect(await client.text()).toBe('?1 order {}');
    await using json = await WebSocketClient.open(transport, app.url, '/json');
    json.send('?1 order {}');
    expect((await json.closed()).code).toBe(1007);
  });

  test('with the id of one that is not answered close with 1008', async () => {
    await using app = await serve({
      '/': createWebSocketRoute({
        requests: { in: { wait: {} } },
        answers: {
          wait: (_socket, _data, signal) =>
            new Promise((resolve) => signal.addEventListener('abort', resolve)),
        },
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send('?1 wait', '?1 wait');
    expect(await client.closed()).toEqual({ code: 1008, reason: 'The request 1 is not answered yet' });
  });

  test('run at a time up to maxRequests; beyond that, nothing is read', async () => {
    const waiting = gate();
    let [running, most, messages] = [0, 0, 0];
    await using app = await serve({
      '/': createWebSocketRoute({
        maxRequests: 3,
        requests: { in: { wait: {} } },
        answers: {
          wait: async () => {
            most = Math.max(most, (running += 1));
            await waiting.promise;
            running -= 1;
          },
        },
        message: () => void (messages += 1),
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send('1', '?1 wait', '?2 wait', '?3 wait', '2', '?4 wait', '3', '?5 wait');
    await expect.poll(() => [running, messages]).toEqual([3, 2]);
    await new Promise(setImmediate);
    expect([running, messages]).toEqual([3, 2]);
    waiting.open();
    const ids = [];
    for (let count = 0; count < 5; count++) ids.push(await client.text());
    expect(ids.toSorted()).toEqual(['=1', '=2', '=3', '=4', '=5']);
    expect([most, messages]).toEqual([3, 3]);
  });

  test('can be given up, and end with the socket before its close listener', async () => {
    const seen: unknown[] = [];
    await using app = await serve({
      '/': createWebSocketRoute({
        requests: { in: { wait: { reply: z.string() } } },
        answers: {
          wait: async (_socket, data, signal) => {
            seen.push(`${String(data)} begins`);
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
            await new Promise(setImmediate);
            seen.push(`${String(data)} ends`);
            return 'late';
          },
        },
        close: () => void seen.push('close'),
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send('?9 wait 9', '~9', '?1 wait 1', '?2 wait 2');
    await expect.poll(() => seen).toEqual(['1 begins', '2 begins']);
    client.send('~1', '~7');
    await expect.poll(() => seen).toEqual(['1 begins', '2 begins', '1 ends']);
    client.send('?1 nothing');
    expect(await client.text()).toMatch(/^!1 .*404/);
    client.send(closeFrame(1000));
    await client.closed();
    client.stream.end();
    await expect.poll(() => seen).toEqual(['1 begins', '2 begins', '1 ends', '2 ends', 'close']);
  });
});

describe.each(TRANSPORTS)('requests to clients over %s', (transport) => {
  const failures: unknown[] = [];
  /** Asks as its messages say, and sends what comes of it. */
  const asking = createWebSocketRoute({
    requests: { out: { confirm: { data: z.object({ total: z.number() }), reply: z.boolean() }, ping: {} } },
    message: async (socket, message) => {
      try {
        if (message === 'ping') await socket.request('ping', undefined).then((reply) => socket.send([reply]));
        else if (message === 'short') await socket.request('ping', 1, { timeout: 20 });
        else if (message === 'bad') await socket.request('confirm', { total: 'x' } as never);
        else if (typeof message === 'number')
          await socket.send(await socket.request('confirm', { total: message }));
        else await socket.send(message);
      } catch (error) {
        failures.push(error);
        await socket.send((error as WebSocketRequestError).code);
      }
    },
  });

  test('are answered while the listener waits, also behind other messages, which keep their order', async () => {
    await using app = await serve({ '/': asking });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send('3', '"a"', '"b"', '4', '"c"');
    expect(await client.text()).toBe('?1 confirm {"total":3}');
    client.send('=1 true');
    expect(await client.text()).toBe('true');
    expect(await client.message()).toBe('a');
    expect(await client.message()).toBe('b');
    expect(await client.text()).toBe('?2 confirm {"total":4}');
    client.send('"d"', '=2 false');
    for (const expected of [false, 'c', 'd']) expect(await client.message()).toBe(expected);
    client.send('"ping"');
    expect(await client.text()).toBe('?3 ping');
    client.send('=3 {"ignored":1}');
    expect(await client.message()).toEqual([null]);
  });

  test('are answered while `open` waits', async () => {
    const seen: unknown[] = [];
    await using app = await serve({
      '/': createWebSocketRoute({
        requests: { out: { who: { reply: z.string() } } },
        open: async (socket) => void seen.push(await socket.request('who', undefined)),
        message: (_socket, message) => void seen.push(message),
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    expect(await client.text()).toBe('?1 who');
    client.send('"first"', '=1 "Ada"');
    await expect.poll(() => seen).toEqual(['Ada', 'first']);
  });

  test('fail with the code that says why', async () => {
    await using app = await serve({ '/': asking });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    failures.length = 0;
    client.send('1');
    await client.text();
    client.send('=1 "no boolean"');
    expect(await client.message()).toBe('ERR_BLAIZE_WEBSOCKET_REPLY');
    client.send('2');
    await client.text();
    client.send('!2 {"status":409,"code":"BUSY","detail":"Later."}');
    expect(await client.message()).toBe('BUSY');
    expect(failures.at(-1)).toMatchObject({ name: 'WebSocketRequestError', status: 409, message: 'Later.' });
    client.send('3');
    await client.text();
    client.send('!3 nonsense');
    expect(await client.message()).toBe('ERR_BLAIZE_WEBSOCKET_REPLY');
    client.send('"short"');
    expect(await client.text()).toBe('?4 ping 1');
    expect(await client.text()).toBe('~4');
    expect(await client.message()).toBe('ERR_BLAIZE_WEBSOCKET_TIMEOUT');
    expect(failures.at(-1)).toMatchObject({ name: 'TimeoutError' });
    client.send('=4', '"bad"');
    expect(await client.message()).toBe('ERR_BLAIZE_WEBSOCKET_REQUEST');
    client.send('"still here"');
    expect(await client.message()).toBe('still here');
  });

  test('fail with the connection, which is no fault of the listener', async () => {
    const { log, lines } = keepingLogger();
    let [closed, failure] = [0, undefined as unknown];
    await using app = await serve(
      {
        '/': createWebSocketRoute({
          requests: { out: { ping: {} }, in: { ask: {} } },
          answers: { ask: (socket) => socket.request('ping', 1) },
          message: async (socket) => {
            const later = socket.request('ping', 2);
            try {
              await socket.request('ping', 3);
            } catch (error) {
              failure = error;
              await later;
            }
          },
          close: (socket) => {
            closed += 1;
            // Nobody listens.
            void socket.request('ping', 4);
          },
        }),
      },
      { logger: log },
    );
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send('?1 ask', '1');
    for (let count = 0; count < 3; count++) await client.text();
    client.stream.destroy();
    await expect.poll(() => closed).toBe(1);
    expect(failure).toMatchObject({ code: 'ERR_BLAIZE_WEBSOCKET_LOST' });
    expect(lines.filter(([level]) => level === 'error')).toEqual([]);
  });

  test('are bounded, can be aborted, and what is read ahead is bounded, too', async () => {
    let socket: ServerSocket<unknown, unknown, { readonly ping: object }> | undefined;
    let messages = 0;
    const opened = gate();
    await using app = await serve({
      '/': createWebSocketRoute({
        requests: { out: { ping: {} } },
        open: (given) => {
          socket = given;
          opened.open();
        },
        message: async (given) => {
          messages += 1;
          if (messages === 1) await given.request('ping', 'first');
        },
      }),
    });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    await opened.promise;
    client.json('begin');
    expect(await client.text()).toBe('?1 ping "first"');
    const aborts = Array.from({ length: 105 }, () => new AbortController());
    const asked = aborts.map(({ signal }, index) =>
      Promise.resolve(socket?.request('ping', index, { signal })).catch((error: unknown) => error),
    );
    const results = (await Promise.all(asked.slice(99))) as WebSocketRequestError[];
    expect(new Set(results.map(({ code }) => code))).toEqual(new Set(['ERR_BLAIZE_WEBSOCKET_REQUEST']));
    for (const abort of aborts) abort.abort('enough');
    const aborted = (await Promise.all(asked.slice(0, 99))) as WebSocketRequestError[];
    expect(
      aborted.every(({ code, cause }) => code === 'ERR_BLAIZE_WEBSOCKET_ABORTED' && cause === 'enough'),
    ).toBe(true);
    // Ahead of the answer, more than may be read: it waits, and with it the client.
    const message = JSON.stringify('x'.repeat(1000));
    client.send(...Array.from({ length: 3000 }, () => message));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(messages).toBe(1);
    expect(socket?.isOpen).toBe(true);
  });
});

test.each<[string, unknown, string]>([
  ['none at all', undefined, 'expected an object of options'],
  [
    'a schema of messages',
    { messages: z.object({}) },
    'messages: expected an object such as { in: In, out: Out }',
  ],
  ['an answer that is missing', { requests: { in: { a: {} } } }, 'answers.a'],
  ['an answer to nothing', { answers: { a: () => 1 } }, 'requests.in.a'],
  ['a name with a space', { requests: { in: { 'a b': {} } }, answers: { 'a b': () => 1 } }, 'a b'],
  ['raw messages', { format: 'raw', requests: { out: { a: {} } } }, 'format'],
  ['something else', { requests: { out: { a: { data: 1 } } } }, 'requests.out.a.data'],
  ['a limit of none', { maxRequests: 0 }, 'maxRequests'],
])('the options refuse %s', (_what, options, problem) => {
  expect(() => createWebSocketRoute(options as object)).toThrow(problem);
});

test('a socket of a route without requests cannot ask', async () => {
  let problem: unknown;
  await using app = await serve({
    '/': createWebSocketRoute({
      open: (socket) => {
        try {
          void (socket as ServerSocket<unknown, unknown, { x: object }>).request('x', 1);
        } catch (error) {
          problem = error;
        }
      },
    }),
  });
  await using client = await WebSocketClient.open('HTTP/1.1', app.url, '/');
  await expect.poll(() => problem).toBeInstanceOf(TypeError);
  expect(client.hasEnded).toBe(false);
});
