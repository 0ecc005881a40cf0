import { EventEmitter, once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import type { LimitOptions } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';

import { encodeFields, type Field } from './hpack.ts';
import {
  CONTINUATION,
  data,
  END_HEADERS,
  END_STREAM,
  errorOf,
  frame,
  GOAWAY,
  headers,
  HEADERS,
  INITIAL_WINDOW_SIZE,
  MAX_CONCURRENT_STREAMS,
  MAX_HEADER_LIST_SIZE,
  PING,
  PREFACE,
  RawHttp2,
  request,
  reset,
  RST_STREAM,
  settings,
  SETTINGS,
  windowUpdate,
} from './raw-http2.ts';

const CANCEL = 8;
const BIG = Buffer.alloc(1_000_000);

const get = (stream: number, path: string, ...more: Field[]): Buffer =>
  headers(stream, request(path, 'GET', ...more));
const post = (stream: number, path: string): Buffer => headers(stream, request(path, 'POST'), END_HEADERS);

/** A server with limits, and what its handlers tell. */
async function withLimits(limits: LimitOptions): Promise<TestServer & { told: EventEmitter }> {
  const told = new EventEmitter();
  const app = await startTestServer({ limits });
  const { router } = app.server;
  router.addRoute('GET', '/', { handler: () => 'ok' });
  router.addRoute('GET', '/waits', {
    handler: async () => {
      const opened = once(told, 'open');
      told.emit('waiting');
      await opened;
      told.emit('ended');
      return 'waited';
    },
  });
  router.addRoute('GET', '/fails', {
    handler: async function* () {
      yield 'begun';
      throw new Error('no more');
    },
  });
  router.addRoute('POST', '/read', {
    handler: async (ctx) => {
      ctx.request.signal.addEventListener('abort', () => told.emit('aborted'));
      await ctx.request.text().catch((error: unknown) => {
        told.emit('broken', (error as { code: string }).code);
        throw error;
      });
      return 'read';
    },
  });
  router.addRoute('POST', '/echo', {
    handler: (ctx) => ctx.response.type('text/event-stream').stream(ctx.request.stream()),
  });
  return Object.assign(app, { told });
}

/** The next connection, as its server sees it. */
async function nextSocket(app: TestServer): Promise<Socket> {
  const [socket] = (await once(app.server.server, 'connection')) as [Socket];
  return socket;
}

describe('header fields', () => {
  const fields = (count: number): Field[] => Array.from({ length: count }, (_, i) => [`x-${i}`, 'x']);

  test('as many as maxHeadersCount are served, and more get 431 (RFC 6585 section 5)', async () => {
    await using app = await withLimits({ maxHeadersCount: 20 });
    using client = await RawHttp2.open(app);
    client.send(
      get(1, '/', ...fields(20)),
      get(3, '/', ...fields(21)),
      get(5, '/', ...fields(500)),
      get(7, '/'),
    );
    expect(await client.outcome(1)).toMatchObject({ status: 200 });
    const { status, content, end } = await client.outcome(3);
    expect([status, end, JSON.parse(content)]).toMatchObject([431, 'complete', { details: { limit: 20 } }]);
    expect(await client.outcome(5)).toMatchObject({ status: 431 });
    expect(await client.outcome(7)).toMatchObject({ status: 200 });
    expect(app.server.limitHits.maxHeadersCount).toBe(2);
  });

  test.each([17_000, 60_000, 7 * 17_000])('of %i bytes get 431 (RFC 6585 section 5)', async (size) => {
    await using app = await withLimits({});
    using client = await RawHttp2.open(app);
    const large = Array.from({ length: Math.ceil(size / 17_000) }, (_, i): Field => [
      `x-${i}`,
      'x'.repeat(Math.min(size, 17_000)),
    ]);
    client.send(...blocks(1, encodeFields(request('/', 'GET', ...large))), get(3, '/'));
    const { status, content } = await client.outcome(1);
    expect([status, JSON.parse(content)]).toMatchObject([431, { details: { limit: 16_384 } }]);
    expect(await client.outcome(3)).toMatchObject({ status: 200 });
    expect(app.server.limitHits.maxHeaderSize).toBe(1);
  });

  test('below a higher maxHeaderSize are served', async () => {
    await using app = await withLimits({ maxHeaderSize: 64_000 });
    using client = await RawHttp2.open(app);
    client.send(...blocks(1, encodeFields(request('/', 'GET', ['x-field', 'x'.repeat(60_000)]))));
    expect(await client.outcome(1)).toMatchObject({ status: 200 });
  });

  test('of which one is above 64 KiB, which nghttp2 does not take, end the connection, not in silence', async () => {
    await using app = await withLimits({ keepAliveTimeout: 100 });
    using client = await RawHttp2.open(app);
    client.send(...blocks(1, encodeFields(request('/', 'GET', ['x-field', 'x'.repeat(70_000)]))));
    expect(await client.outcome(1)).toMatchObject({ end: 'GOAWAY COMPRESSION_ERROR' });
    await client.end();
  });
});

describe('headersTimeout', () => {
  test.each([
    ['says nothing', []],
    ['breaks off its preface', [PREFACE.subarray(0, 20)]],
    ['sends no SETTINGS', [PREFACE]],
  ])('ends a connection whose client %s (RFC 9113 section 3.4)', async (_name, bytes) => {
    await using app = await withLimits({ headersTimeout: 50 });
    using client = await RawHttp2.connect(app);
    client.send(...bytes);
    expect(await client.end()).toContain('ENHANCE_YOUR_CALM');
    expect(app.server.limitHits.headersTimeout).toBe(1);
  });

  test.each([
    ['never ends', false],
    ['is interrupted by nothing but PINGs before', true],
  ])('ends a connection with a header block that %s (RFC 9113 section 6.10)', async (_name, pings) => {
    await using app = await withLimits({ headersTimeout: 50 });
    using client = await RawHttp2.open(app);
    client.send(get(1, '/'));
    await client.outcome(1);
    if (pings) client.send(frame(PING, 0, 0, Buffer.alloc(8)));
    client.send(frame(HEADERS, END_STREAM, 3, encodeFields(request('/'))));
    await client.end();
    expect(client.heads(3)).toEqual([]);
    expect(app.server.limitHits.headersTimeout).toBe(1);
  });

  test('lets answers in flight finish', async () => {
    await using app = await withLimits({ headersTimeout: 50 });
    using client = await RawHttp2.open(app);
    const waiting = once(app.told, 'waiting');
    client.send(get(1, '/waits'));
    await waiting;
    client.send(frame(HEADERS, END_STREAM, 3, encodeFields(request('/'))));
    await client.find(({ type }) => type === GOAWAY);
    app.told.emit('open');
    expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'waited' });
    await client.end();
  });
});

describe('keepAliveTimeout', () => {
  test('ends an idle connection with GOAWAY (RFC 9113 section 9.1)', async () => {
    await using app = await withLimits({ keepAliveTimeout: 50 });
    using client = await RawHttp2.open(app);
    client.send(get(1, '/'));
    await client.outcome(1);
    expect(await client.end()).toContain('NO_ERROR');
    expect(app.server.limitHits.keepAliveTimeout).toBe(1);
  });

  test('is not put back by PING, SETTINGS or unknown frames', async () => {
    await using app = await withLimits({ keepAliveTimeout: 100 });
    using client = await RawHttp2.open(app);
    const noise = Buffer.concat([frame(PING, 0, 0, Buffer.alloc(8)), settings(), frame(99, 0, 0)]);
    while (!client.closed) {
      client.send(noise);
      await client.roundTrip();
    }
    expect(app.server.limitHits.keepAliveTimeout).toBe(1);
  });

  test('does not end a connection that is in use', async () => {
    await using app = await withLimits({ keepAliveTimeout: 50 });
    using client = await RawHttp2.open(app);
    const waiting = once(app.told, 'waiting');
    client.send(get(1, '/waits'));
    await waiting;
    // The server asks whether the client is still there: twice as long has passed.
    const pings = (): number =>
      client.frames.filter(({ type, flags }) => type === PING && flags === 0).length;
    await client.until(() => pings() >= 2);
    app.told.emit('open');
    expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'waited' });
  });

  test('ends a connection whose client takes nothing any more', async () => {
    await using app = await withLimits({ keepAliveTimeout: 50 });
    app.server.router.addRoute('GET', '/endless', {
      handler: async function* () {
        for (;;) yield Buffer.alloc(65_536);
      },
    });
    const accepted = nextSocket(app);
    using client = await RawHttp2.open(app, [INITIAL_WINDOW_SIZE, 2 ** 30]);
    const socket = await accepted;
    client.socket.pause();
    client.send(windowUpdate(0, 2 ** 30), get(1, '/endless'));
    await once(socket, 'close');
  });
});

describe('a connection is closed for good, whatever its client does then:', () => {
  test.each([
    ['idle', { keepAliveTimeout: 50 }, []],
    ['silent', { headersTimeout: 50 }, []],
    ['over a limit', { streamResetBurst: 1 }, [get(1, '/'), reset(1, CANCEL), get(3, '/'), reset(3, CANCEL)]],
  ])('%s', async (name, limits, frames) => {
    await using app = await withLimits(limits);
    const accepted = nextSocket(app);
    const client = await (name === 'silent' ? RawHttp2.connect(app) : RawHttp2.open(app));
    const socket = await accepted;
    // It neither reads nor closes its side.
    client.socket.pause();
    client.send(...frames);
    await once(socket, 'close');
    client.destroy();
  });
});

describe('requestTimeout', () => {
  test('gets 408 where content takes too long, and the handler hears of it (RFC 9110 section 15.5.9)', async () => {
    await using app = await withLimits({ requestTimeout: 50 });
    using client = await RawHttp2.open(app);
    const broken = once(app.told, 'broken');
    const aborted = once(app.told, 'aborted');
    client.send(post(1, '/read'), data(1, 'a'));
    const { status, content, end } = await client.outcome(1);
    expect([status, end]).toEqual([408, 'complete']);
    expect(JSON.parse(content)).toMatchObject({ code: 'ERR_BLAIZE_REQUEST_TIMEOUT' });
    const last = await client.find(({ type, stream }) => type === RST_STREAM && stream === 1);
    expect(last && errorOf(last)).toBe('NO_ERROR');
    expect(await broken).toEqual(['ERR_BLAIZE_REQUEST_ABORTED']);
    await aborted;
    expect(app.server.limitHits.requestTimeout).toBe(1);
    client.send(get(3, '/'));
    expect(await client.outcome(3)).toMatchObject({ status: 200 });
  });

  test('is not put back by content that drips', async () => {
    await using app = await withLimits({ requestTimeout: 100 });
    using client = await RawHttp2.open(app);
    client.send(post(1, '/read'));
    while (client.heads(1).length === 0) {
      client.send(data(1, 'a'));
      await client.roundTrip();
    }
    expect(client.heads(1)).toEqual([408]);
  });

  test('does not ask how long an answer takes', async () => {
    await using app = await withLimits({ requestTimeout: 30 });
    app.server.router.addRoute('POST', '/slow', {
      handler: async () => {
        await once(app.told, 'open');
        return 'not read';
      },
    });
    using client = await RawHttp2.open(app);
    client.send(post(1, '/slow'), data(1, 'a', END_STREAM), post(3, '/read'));
    expect(await client.outcome(3)).toMatchObject({ status: 408 });
    app.told.emit('open');
    expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'not read' });
  });
});

describe('maxConnections', () => {
  test.each(['h2', 'http/1.1'])('closes more as they come, once there are too many: %s', async (protocol) => {
    await using app = await withLimits({ maxConnections: 1 });
    const to = { port: app.server.port, host: 'localhost', ALPNProtocols: [protocol] };
    const first = connectTls(to);
    const accepted = await nextSocket(app);
    await once(first, 'secureConnect');
    const [error] = (await once(connectTls(to), 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
    expect(app.server.limitHits.maxConnections).toBe(1);
    const closed = once(accepted, 'close');
    first.destroy();
    await closed;
    const third = connectTls(to);
    await once(third, 'secureConnect');
    third.destroy();
  });
});

test('maxRequestsPerSocket ends a connection with GOAWAY, and what is in flight is answered (RFC 9113 section 6.8)', async () => {
  await using app = await withLimits({ maxRequestsPerSocket: 3 });
  using client = await RawHttp2.open(app);
  for (const stream of [1, 3, 5]) {
    const waiting = once(app.told, 'waiting');
    client.send(get(stream, '/waits'));
    await waiting;
  }
  await client.find(({ type, payload }) => type === GOAWAY && payload.readUInt32BE(0) === 5);
  client.send(get(7, '/'));
  app.told.emit('open');
  for (const stream of [1, 3, 5]) expect(await client.outcome(stream)).toMatchObject({ content: 'waited' });
  await client.end();
  expect(client.heads(7)).toEqual([]);
  expect(app.server.limitHits.maxRequestsPerSocket).toBe(1);
});

describe('maxConcurrentStreams', () => {
  test('is announced, and so is how large header fields may be (RFC 9113 section 6.5.2)', async () => {
    await using app = await withLimits({ maxConcurrentStreams: 7 });
    using client = await RawHttp2.open(app);
    const first = client.frames[0];
    expect(first?.type).toBe(SETTINGS);
    const announced = new Map<number, number>();
    for (let at = 0; first && at < first.payload.length; at += 6) {
      announced.set(first.payload.readUInt16BE(at), first.payload.readUInt32BE(at + 2));
    }
    expect(announced.get(MAX_CONCURRENT_STREAMS)).toBe(7);
    expect(announced.get(MAX_HEADER_LIST_SIZE)).toBeGreaterThanOrEqual(16_384);
  });

  test('more are not served (RFC 9113 section 5.1.2)', async () => {
    await using app = await withLimits({ maxConcurrentStreams: 2 });
    using client = await RawHttp2.open(app);
    let count = 0;
    app.told.on('waiting', () => count++);
    client.send(get(1, '/waits'), get(3, '/waits'), get(5, '/waits'));
    expect((await client.outcome(5)).status).toBe(undefined);
    await client.end();
    expect(count).toBe(2);
  });

  test('bounds the handlers that still run for streams that were reset (CVE-2023-44487)', async () => {
    await using app = await withLimits({ maxConcurrentStreams: 3 });
    using client = await RawHttp2.open(app);
    let running = 0;
    app.told.setMaxListeners(20);
    app.told.on('waiting', () => running++);
    for (let stream = 1; !client.closed && stream < 100; stream += 2) {
      client.send(get(stream, '/waits'));
      await client.roundTrip();
      client.send(reset(stream, CANCEL));
      await client.roundTrip();
    }
    await client.end();
    expect(running).toBeLessThanOrEqual(9);
    expect(app.server.limitHits.maxConcurrentStreams).toBeGreaterThan(0);
    expect(client.frames.find(({ type }) => type === RST_STREAM)).toSatisfy(
      (one) => one === undefined || errorOf(one as never) === 'REFUSED_STREAM',
    );
    // Those who wait for them are not kept from it by others.
    const ended = once(app.told, 'ended');
    app.told.emit('open');
    await ended;
    expect(await (await app.http2.request('/')).text()).toBe('ok');
  });

  test('is no reason to refuse a client that cancels all that it asked for, and asks for something else', async () => {
    await using app = await withLimits({ maxConcurrentStreams: 3 });
    using client = await RawHttp2.open(app);
    for (const stream of [1, 3, 5]) client.send(get(stream, '/waits'));
    await client.roundTrip();
    for (const stream of [1, 3, 5]) client.send(reset(stream, CANCEL));
    await client.roundTrip();
    for (const stream of [7, 9, 11]) client.send(get(stream, '/'));
    for (const stream of [7, 9, 11]) expect(await client.outcome(stream)).toMatchObject({ status: 200 });
    expect(app.server.limitHits.maxConcurrentStreams).toBe(0);
    app.told.emit('open');
  });
});

test('maxSessionMemory bounds what waits for a client that does not read (CVE-2019-9517)', async () => {
  await using app = await withLimits({
    maxSessionMemory: 1,
    streamResetBurst: 5,
    maxConcurrentStreams: 1000,
  });
  app.server.router.addRoute('GET', '/big', { handler: () => BIG });
  const accepted = nextSocket(app);
  using client = await RawHttp2.open(app, [INITIAL_WINDOW_SIZE, 2 ** 24]);
  const socket = await accepted;
  const closed = once(socket, 'close');
  client.socket.pause();
  client.send(windowUpdate(0, 2 ** 30));
  for (let stream = 1; !socket.destroyed && stream < 2000; stream += 2) {
    client.send(get(stream, '/big'));
    await setImmediate();
  }
  await closed;
  expect(app.server.limitHits.maxSessionMemory).toBe(1);
});

test('a header block in too many pieces ends the connection (CVE-2024-27316)', async () => {
  await using app = await withLimits({});
  using client = await RawHttp2.open(app);
  const pieces = Array.from({ length: 20 }, () => frame(CONTINUATION, 0, 1));
  client.send(frame(HEADERS, END_STREAM, 1, encodeFields(request('/'))), ...pieces);
  await client.end();
  expect(client.goaways()).not.toContain('NO_ERROR');
  expect(app.server.limitHits.maxHeaderSize).toBe(1);
});

describe('streamResetBurst and streamResetRate', () => {
  test('end a connection whose client resets more streams (CVE-2023-44487)', async () => {
    await using app = await withLimits({ streamResetBurst: 10, streamResetRate: 1 });
    using client = await RawHttp2.open(app);
    for (let stream = 1; stream < 99; stream += 2) {
      client.send(get(stream, '/'), reset(stream, CANCEL));
      if (stream % 10 === 9) await client.roundTrip();
    }
    expect(await client.end()).toContain('ENHANCE_YOUR_CALM');
    expect(app.server.limitHits.streamResetRate).toBe(1);
  });

  test('count what the server has to reset because of the client (CVE-2025-8671)', async () => {
    await using app = await withLimits({ streamResetBurst: 5, streamResetRate: 1, keepAliveTimeout: 100 });
    using client = await RawHttp2.open(app);
    for (let stream = 1; !client.closed && stream < 99; stream += 2) {
      client.send(post(stream, '/read'), headers(stream, [[':path', '/']]));
      await client.roundTrip();
    }
    expect((await client.end())[0]).not.toBe('NO_ERROR');
    expect(app.server.limitHits.streamResetRate).toBe(1);
  });

  test('do not count what the server breaks off by itself', async () => {
    await using app = await withLimits({ streamResetBurst: 1, streamResetRate: 1 });
    using client = await RawHttp2.open(app);
    for (let stream = 1; stream < 20; stream += 2) {
      client.send(get(stream, '/fails'));
      expect(await client.outcome(stream)).toMatchObject({ end: 'RST_STREAM INTERNAL_ERROR' });
    }
    client.send(get(21, '/'));
    expect(await client.outcome(21)).toMatchObject({ status: 200 });
    expect(app.server.limitHits.streamResetRate).toBe(0);
  });
});

test('handshakeTimeout ends a connection that does not come to terms (CVE-2018-12122)', async () => {
  await using app = await withLimits({ handshakeTimeout: 50 });
  const socket = connectTcp({ port: app.server.port, host: 'localhost' });
  const closed = once(socket, 'close');
  // The beginning of a ClientHello.
  socket.on('error', () => undefined).write(Buffer.of(22, 3, 1, 2));
  await closed;
  expect(app.server.limitHits.handshakeTimeout).toBe(1);
});

/** A header block as HEADERS and as many CONTINUATION as it takes. */
function blocks(stream: number, block: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < block.length; at += 16_384) {
    const flags = (at === 0 ? END_STREAM : 0) | (at + 16_384 >= block.length ? END_HEADERS : 0);
    frames.push(frame(at === 0 ? HEADERS : CONTINUATION, flags, stream, block.subarray(at, at + 16_384)));
  }
  return frames;
}
