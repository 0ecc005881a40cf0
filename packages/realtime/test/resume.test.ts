import { createRequire } from 'node:module';

import { redisEventLog } from '@blaizejs/redis';
import type { EventLog, LogEntry, LogPosition, LogWatcher } from '@blaizejs/types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import { connectWebSocket, type WebSocketConstructor } from '../src/client.ts';
import { memoryEventLog } from '../src/index.ts';
import { createRooms, createWebSocketRoute, type Rooms, type ServerSocket } from '../src/websocket.ts';
import { gate, serve } from './serve.ts';
import { TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

// Node 20 has no WebSocket.
const { WebSocket } = createRequire(import.meta.url)('ws') as { readonly WebSocket: WebSocketConstructor };
const N = z.number();
type Numbers = Rooms<number>;

/** A route whose sockets join the room of its path, and send what they get to the others. */
function chat(rooms: Numbers, sockets: ServerSocket<number, unknown>[] = []) {
  return createWebSocketRoute('/[room]', {
    messages: { in: N, out: N },
    open: async (socket) => {
      sockets.push(socket);
      await rooms.join(decodeURIComponent(socket.ctx.request.params.room), socket);
    },
    message: (socket, n) =>
      rooms.send(decodeURIComponent(socket.ctx.request.params.room), n, { except: socket }),
  });
}

const idOf = (text: string): string => /^#!?(\S+)/.exec(text)?.[1] ?? expect.unreachable(text);

describe.each(TRANSPORTS)('rooms with a log over %s', (transport) => {
  const open = (url: string, resume?: string, path = '/a'): Promise<WebSocketClient> =>
    WebSocketClient.open(
      transport,
      url,
      resume === undefined ? path : `${path}?resume=${encodeURIComponent(resume)}`,
    );

  test('send plain messages to clients that do not resume, and marked ones to those that do', async () => {
    const rooms = createRooms({ message: N, log: memoryEventLog() });
    await using app = await serve({ '/:room': chat(rooms) });
    await using plain = await open(app.url);
    await using marked = await open(app.url, 'client-1');
    expect(await marked.text()).toMatch(/^#\w+-0@a$/);
    await expect.poll(() => rooms.size('a')).toBe(2);
    await rooms.send('a', 1);
    expect(await plain.text()).toBe('1');
    expect(await marked.text()).toMatch(/^#\w+-1@a 1$/);
    marked.send('2');
    expect(await plain.text()).toBe('2');
  });

  test('send what was missed first, in order and nothing twice, while others send', async () => {
    const rooms = createRooms({ message: N, log: memoryEventLog() });
    await using app = await serve({ '/:room': chat(rooms) });
    const first = await open(app.url, 'client-1');
    const id = idOf(await first.text());
    await first[Symbol.asyncDispose]();
    // More than a page of the log.
    for (let n = 0; n < 250; n++) await rooms.send('a', n);
    const opening = open(app.url, `client-1,${id}`);
    const sending = (async () => {
      for (let n = 250; n < 400; n++) {
        await rooms.send('a', n);
        if (n % 5 === 0) await new Promise(setImmediate);
      }
    })();
    await using again = await opening;
    await sending;
    for (let n = 0; n < 400; n++) expect((await again.text()).split(' ')[1]).toBe(String(n));
    await rooms.send('a', 400);
    expect((await again.text()).split(' ')[1]).toBe('400');
    expect(again.frames).toEqual([]);
  });

  test('do not send a client what it has sent itself, also when it comes back', async () => {
    const rooms = createRooms({ message: N, log: memoryEventLog() });
    await using app = await serve({ '/:room': chat(rooms) });
    const one = await open(app.url, 'client-1');
    await using other = await open(app.url, 'client-2');
    const id = idOf(await one.text());
    await other.text();
    one.send('1');
    expect((await other.text()).split(' ')[1]).toBe('1');
    other.send('2');
    expect((await one.text()).split(' ')[1]).toBe('2');
    await one[Symbol.asyncDispose]();
    await using again = await open(app.url, `client-1,${id}`);
    expect((await again.text()).split(' ')[1]).toBe('2');
    await rooms.send('a', 3);
    expect((await again.text()).split(' ')[1]).toBe('3');
  });

  test.each(['unknown-3', 'client-1'])('say so if messages are lost: after %s', async (what) => {
    const log = memoryEventLog({ limit: 3 });
    const rooms = createRooms({ message: N, log });
    await using app = await serve({ '/:room': chat(rooms) });
    const first = await open(app.url, 'client-1');
    const id = what === 'unknown-3' ? 'unknown-3@a' : idOf(await first.text());
    await first[Symbol.asyncDispose]();
    for (let n = 0; n < 10; n++) await rooms.send('a', n);
    await using again = await open(app.url, `client-1,${id}`);
    expect(await again.text()).toMatch(/^#!\w+-10@a$/);
    await rooms.send('a', 10);
    expect(await again.text()).toMatch(/^#\w+-11@a 10$/);
  });

  test.each([
    '',
    'x',
    'client 1',
    'client-1,',
    'client-1,,,',
    'client-1,x@a',
    'client-1,x-1@%',
    'client-1,-1@a',
    `client-1${',x-1@a'.repeat(700)}`,
  ])('take %j without harm', async (resume) => {
    const rooms = createRooms({ message: N, log: memoryEventLog() });
    await using app = await serve({ '/:room': chat(rooms) });
    await using client = await open(app.url, resume);
    await expect.poll(() => rooms.size('a')).toBe(1);
    await rooms.send('a', 7);
    let text = await client.text();
    while (text.startsWith('#') && !text.includes(' ')) text = await client.text();
    expect(text).toMatch(/^(#\S+ )?7$/);
  });

  test('cut off a client that is too slow, so that it comes back for the rest', async () => {
    const rooms = createRooms({ log: memoryEventLog() });
    await using app = await serve({
      '/a': createWebSocketRoute({
        slow: 'drop',
        queueLimit: 64 * 1024,
        open: (socket) => rooms.join('a', socket),
      }),
    });
    await using client = await open(app.url, 'client-1');
    const id = idOf(await client.text());
    client.stream.pause();
    for (let n = 0; rooms.size('a') > 0 && n < 1000; n++) {
      await rooms.send('a', `${n} ${'x'.repeat(20_000)}`);
      await new Promise(setImmediate);
    }
    expect(rooms.size('a')).toBe(0);
    await using again = await open(app.url, `client-1,${id}`);
    for (let n = 0; n < 5; n++) expect(await again.text()).toMatch(new RegExp(`^#\\S+ "${n} x`));
  });
});

/** A log whose answers and news come when the test says. */
class SlowLog implements EventLog {
  readonly inner = memoryEventLog();
  reading = gate();
  asked = gate();
  watcher: LogWatcher | undefined;
  fails = false;
  /** Whether it reads when it answers, and not when it is asked. */
  isFresh = false;
  /** Whether the watch hears of news only when it is told. */
  holdsNews = false;
  readonly held: LogEntry[] = [];
  tell(): void {
    this.holdsNews = false;
    for (const entry of this.held.splice(0)) this.watcher?.onEntry(entry);
  }
  append(topic: string, text: string): Promise<LogPosition | undefined> {
    return this.inner.append(topic, text);
  }
  async read(...args: Parameters<EventLog['read']>): ReturnType<EventLog['read']> {
    const page = await this.inner.read(...args);
    this.asked.open();
    await this.reading.promise;
    if (this.fails) throw new Error('The log is away.');
    return this.isFresh ? this.inner.read(...args) : page;
  }
  watch(topic: string, watcher: LogWatcher): ReturnType<EventLog['watch']> {
    this.watcher = watcher;
    return this.inner.watch(topic, {
      onEntry: (entry) => {
        if (this.holdsNews) this.held.push(entry);
        else watcher.onEntry(entry);
      },
      onBreak: (position) => watcher.onBreak(position),
    });
  }
}

describe('while the log is read', () => {
  async function behind(log: SlowLog) {
    const rooms = createRooms({ message: N, log });
    const gaps: string[] = [];
    const app = await serve({ '/:room': chat(rooms) });
    const first = await WebSocketClient.open('HTTP/2', app.url, '/a?resume=client-1');
    const id = idOf(await first.text());
    await rooms.send('a', 1);
    await first[Symbol.asyncDispose]();
    const client = await WebSocketClient.open('HTTP/2', app.url, `/a?resume=client-1,${id}`);
    await log.asked.promise;
    return { rooms, app, client, gaps };
  }

  test('what is sent comes behind what was missed', async () => {
    const log = new SlowLog();
    const { rooms, app, client } = await behind(log);
    await rooms.send('a', 2);
    await rooms.send('a', 3);
    log.reading.open();
    for (const n of ['1', '2', '3']) expect((await client.text()).split(' ')[1]).toBe(n);
    await client[Symbol.asyncDispose]();
    await app.close();
  });

  test('what it has before it was heard is not sent twice', async () => {
    const log = new SlowLog();
    const { rooms, app, client } = await behind(log);
    // As from another process: the log has it, and the watch will say so later.
    log.holdsNews = true;
    log.asked = gate();
    await rooms.send('a', 2);
    await rooms.send('a', 3);
    log.isFresh = true;
    log.reading.open();
    for (const n of ['1', '2', '3']) expect((await client.text()).split(' ')[1]).toBe(n);
    await expect.poll(() => log.held.length).toBe(2);
    log.tell();
    await rooms.send('a', 4);
    expect((await client.text()).split(' ')[1]).toBe('4');
    expect(client.frames).toEqual([]);
    await client[Symbol.asyncDispose]();
    await app.close();
  });

  test('a break of the log is told once', async () => {
    const log = new SlowLog();
    const { rooms, app, client } = await behind(log);
    log.watcher?.onBreak({ epoch: 'other', number: 5 });
    log.reading.open();
    expect(await client.text()).toBe('#!other-5@a');
    log.watcher?.onBreak({ epoch: 'third', number: 6 });
    expect(await client.text()).toBe('#!third-6@a');
    expect(rooms.size('a')).toBe(1);
    await client[Symbol.asyncDispose]();
    await app.close();
  });

  test('a client may leave', async () => {
    const log = new SlowLog();
    const { rooms, app, client } = await behind(log);
    await client[Symbol.asyncDispose]();
    await expect.poll(() => rooms.size('a')).toBe(0);
    log.reading.open();
    await app.close();
  });

  test('a log that fails closes the socket, which comes back', async () => {
    const log = new SlowLog();
    const { rooms, app, client } = await behind(log);
    log.fails = true;
    log.reading.open();
    expect((await client.closed()).code).toBe(1011);
    await expect.poll(() => rooms.size('a')).toBe(0);
    await client[Symbol.asyncDispose]();
    await app.close();
  });
});

test.each<[object, string]>([
  [{ log: memoryEventLog(), format: 'raw' }, 'format'],
  [{ log: memoryEventLog(), pubSub: { publish() {}, subscribe() {} } }, 'pubSub'],
  [{ log: {} }, 'log'],
])('options %#', (options, problem) => {
  expect(() => createRooms(options)).toThrow(problem);
});

describe('a client that resumes', () => {
  test('has everything once, however often it is cut off, in the rooms that it is in', async () => {
    const rooms = createRooms({ message: N, log: memoryEventLog() });
    const sockets: ServerSocket<number, unknown>[] = [];
    const app = await serve({ '/:room': chat(rooms, sockets) }, { tls: false, http2: { enabled: false } });
    const seen: number[] = [];
    const live = connectWebSocket<ReturnType<typeof chat>>(`${app.url}/${encodeURIComponent('über @, 1')}`, {
      minDelay: 1,
      maxDelay: 5,
      resume: true,
      reset: () => expect.unreachable(),
      message: (n) => void seen.push(n),
      WebSocket,
    });
    await expect.poll(() => rooms.size('über @, 1')).toBe(1);
    // Its place has to arrive before the first cut.
    await rooms.send('über @, 1', 0);
    await expect.poll(() => seen).toEqual([0]);
    let n = 1;
    for (let round = 0; round < 10; round++) {
      sockets.at(-1)?.terminate();
      for (let count = 0; count < 20; count++) {
        await rooms.send('über @, 1', n++);
        if (count % 4 === 0) await new Promise(setImmediate);
      }
      await expect.poll(() => sockets.length).toBe(round + 2);
    }
    await expect.poll(() => seen).toHaveLength(n);
    expect(seen).toEqual(Array.from({ length: n }, (_, index) => index));
    live.close();
    await app.close();
  });

  test('learns what is lost', async () => {
    const rooms = createRooms({ message: N, log: memoryEventLog({ limit: 2 }) });
    const sockets: ServerSocket<number, unknown>[] = [];
    const app = await serve({ '/:room': chat(rooms, sockets) }, { tls: false, http2: { enabled: false } });
    const seen: unknown[] = [];
    const away = gate();
    let connections = 0;
    const live = connectWebSocket<ReturnType<typeof chat>>(
      async () => {
        if ((connections += 1) === 2) await away.promise;
        return `${app.url}/a?x=1`;
      },
      {
        minDelay: 1,
        resume: true,
        reset: (room) => void seen.push(room),
        message: (n) => void seen.push(n),
        WebSocket,
      },
    );
    await expect.poll(() => rooms.size('a')).toBe(1);
    await rooms.send('a', 0);
    await expect.poll(() => seen).toEqual([0]);
    sockets[0]?.terminate();
    for (let n = 1; n < 6; n++) await rooms.send('a', n);
    away.open();
    await expect.poll(() => seen).toEqual([0, 'a']);
    await rooms.send('a', 6);
    await expect.poll(() => seen).toEqual([0, 'a', 6]);
    live.close();
    await app.close();
  });
});

describe('through Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  test('a client continues at another server, with nothing lost or twice', async () => {
    const process = () => createRooms({ message: N, log: redisEventLog(redis.client()) });
    const [one, two] = [process(), process()];
    await using first = await serve({ '/:room': chat(one) });
    await using second = await serve({ '/:room': chat(two) });
    const client = await WebSocketClient.open('HTTP/1.1', first.url, '/a?resume=client-1');
    await expect.poll(() => one.size('a')).toBe(1);
    const id = idOf(await client.text());
    await client[Symbol.asyncDispose]();
    for (let n = 0; n < 120; n++) await one.send('a', n);
    const opening = WebSocketClient.open('HTTP/2', second.url, `/a?resume=client-1,${id}`);
    const sending = (async () => {
      for (let n = 120; n < 200; n++) await one.send('a', n);
    })();
    await using again = await opening;
    await sending;
    for (let n = 0; n < 200; n++) expect((await again.text()).split(' ')[1]).toBe(String(n));
    expect(again.frames).toEqual([]);
  });
});
