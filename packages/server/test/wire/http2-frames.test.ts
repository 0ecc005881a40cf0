import { EventEmitter, once } from 'node:events';
import { Readable } from 'node:stream';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { encodeFields, integer } from './hpack.ts';
import { askAsOthers } from './http2-limited.ts';
import {
  CONTINUATION,
  data,
  DATA,
  END_HEADERS,
  END_STREAM,
  frame,
  GOAWAY,
  headers,
  HEADERS,
  INITIAL_WINDOW_SIZE,
  MAX_FRAME_SIZE,
  PADDED,
  PING,
  PREFACE,
  PRIORITY,
  PRIORITISED,
  PUSH_PROMISE,
  RawHttp2,
  request,
  reset,
  RST_STREAM,
  settings,
  SETTINGS,
  uint32,
  WINDOW_UPDATE,
  windowUpdate,
} from './raw-http2.ts';

const CANCEL = 8;

let app: TestServer;
const told = new EventEmitter();

beforeAll(async () => {
  // Node 20 leaves some sessions open that it has ended: they count as idle.
  app = await startTestServer({ limits: { keepAliveTimeout: 200 } });
  const { router } = app.server;
  router.addRoute('GET', '/', { handler: () => 'ok' });
  router.addRoute('POST', '/', { handler: (ctx) => ctx.request.text() });
  router.addRoute('GET', '/waits', {
    handler: async ({ request: { signal } }) => {
      told.emit('begun');
      await once(signal, 'abort');
      told.emit('ended');
    },
  });
  router.addRoute('POST', '/reads', {
    handler: async (ctx) => {
      const first = once(ctx.request.stream(), 'data');
      const read = once(ctx.request.signal, 'abort');
      await first;
      told.emit('begun');
      await read;
      told.emit('ended');
    },
  });
  router.addRoute('GET', '/endless', {
    handler: () => {
      const source = new Readable({
        read() {
          this.push('x'.repeat(16_384));
        },
      });
      source.on('close', () => told.emit('ended'));
      told.emit('begun');
      return source;
    },
  });
});
afterAll(() => app.close());

const get = (stream: number): Buffer => headers(stream, request('/'));
const post = (stream: number, flags = END_HEADERS): Buffer => headers(stream, request('/', 'POST'), flags);
/** Makes a stream depend on another, with the lowest weight. */
const dependsOn = (stream: number): Buffer => Buffer.concat([uint32(stream), Buffer.of(0)]);

describe('a connection error ends in GOAWAY, and the connection is closed (RFC 9113 section 5.4.1):', () => {
  test.each<[string, Buffer[]]>([
    // Sections 5.1 and 5.1.1
    ['DATA on an idle stream', [data(1, 'abc', END_STREAM)]],
    ['RST_STREAM on an idle stream', [reset(1, CANCEL)]],
    ['WINDOW_UPDATE on an idle stream', [windowUpdate(1, 8)]],
    ['a stream with an even number', [headers(2, request('/'))]],
    ['DATA on a stream that the client has ended', [post(1, END_HEADERS | END_STREAM), data(1, 'x')]],
    // Section 6: streams that frames are not for
    ['DATA on stream 0', [data(0, 'x')]],
    ['HEADERS on stream 0', [get(0)]],
    ['RST_STREAM on stream 0', [reset(0, CANCEL)]],
    ['SETTINGS on a stream', [frame(SETTINGS, 0, 1)]],
    ['PING on a stream', [frame(PING, 0, 1, Buffer.alloc(8))]],
    ['GOAWAY on a stream', [frame(GOAWAY, 0, 1, Buffer.alloc(8))]],
    [
      'PUSH_PROMISE of a client',
      [frame(PUSH_PROMISE, END_HEADERS, 1, Buffer.concat([uint32(2), encodeFields(request('/'))]))],
    ],
    // Section 4.2
    ['a short PING', [frame(PING, 0, 0, Buffer.alloc(7))]],
    ['a short SETTINGS', [frame(SETTINGS, 0, 0, Buffer.alloc(5))]],
    ['a SETTINGS acknowledgement that has content', [frame(SETTINGS, 1, 0, Buffer.alloc(6))]],
    ['a short RST_STREAM', [post(1), frame(RST_STREAM, 0, 1, Buffer.alloc(3))]],
    ['a short WINDOW_UPDATE', [frame(WINDOW_UPDATE, 0, 0, Buffer.alloc(3))]],
    ['a short GOAWAY', [frame(GOAWAY, 0, 0, Buffer.alloc(7))]],
    ['a frame above SETTINGS_MAX_FRAME_SIZE', [post(1), data(1, 'x'.repeat(16_385), END_STREAM)]],
    ['an unknown frame above SETTINGS_MAX_FRAME_SIZE', [frame(99, 0, 0, Buffer.alloc(16_385))]],
    // Section 4.3
    [
      'a header block that is cut short',
      [frame(HEADERS, END_HEADERS | END_STREAM, 1, Buffer.of(0, 5, 0x41))],
    ],
    [
      'an index beyond the header table',
      [frame(HEADERS, END_HEADERS | END_STREAM, 1, integer(1000, 7, 0x80))],
    ],
    [
      'a header table above what is allowed',
      [frame(HEADERS, END_HEADERS | END_STREAM, 1, integer(65_536, 5, 0x20))],
    ],
    // Sections 6.2 and 6.10
    ['CONTINUATION on its own', [frame(CONTINUATION, END_HEADERS, 1, encodeFields(request('/')))]],
    [
      'a frame within a header block',
      [frame(HEADERS, END_STREAM, 1, encodeFields(request('/'))), frame(PING, 0, 0, Buffer.alloc(8))],
    ],
    [
      'CONTINUATION of another stream',
      [frame(HEADERS, END_STREAM, 1, encodeFields(request('/'))), frame(CONTINUATION, END_HEADERS, 3)],
    ],
    // Section 6.1
    ['more padding than frame', [post(1), frame(DATA, PADDED, 1, Buffer.of(40, 1, 2))]],
    // Section 6.5.2
    ['a window that is too large', [settings([INITIAL_WINDOW_SIZE, 2 ** 31])]],
    ['a frame size that is too small', [settings([MAX_FRAME_SIZE, 16_383])]],
    ['a frame size that is too large', [settings([MAX_FRAME_SIZE, 2 ** 24])]],
    ['a push setting that is no flag', [settings([2, 2])]],
    // Section 6.9
    ['a window of the connection raised by 0', [windowUpdate(0, 0)]],
    ['a window of the connection raised beyond its most', [windowUpdate(0, 2 ** 31 - 1)]],
  ])('%s', async (_name, frames) => {
    using client = await RawHttp2.open(app);
    client.send(...frames);
    const { end } = await client.outcome(0);
    expect(end).toMatch(/^GOAWAY /);
    await client.end();
    expect(await askAsOthers(app)).toBe('ok');
  });

  test.each([
    ['no preface', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['a broken preface', Buffer.from('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n')],
    ['no SETTINGS behind the preface', Buffer.concat([PREFACE, frame(PING, 0, 0, Buffer.alloc(8))])],
  ])('%s (RFC 9113 section 3.4)', async (_name, bytes) => {
    using client = await RawHttp2.connect(app);
    client.send(bytes);
    await client.end();
    expect(client.frames.filter(({ type }) => type === HEADERS)).toEqual([]);
  });
});

describe('a stream error ends the stream, or all of its connection (RFC 9113 section 5.4.2):', () => {
  test.each<[string, Buffer[]]>([
    // Section 6.9
    ['a window of the stream raised by 0', [post(1), windowUpdate(1, 0)]],
    ['a window of the stream raised beyond its most', [post(1), windowUpdate(1, 2 ** 31 - 1)]],
    // Section 6.3, and RFC 7540 section 5.3.1
    ['a short PRIORITY', [post(1), frame(PRIORITY, 0, 1, Buffer.alloc(4))]],
    [
      'HEADERS that depend on themselves',
      [
        frame(
          HEADERS,
          END_HEADERS | PRIORITISED,
          1,
          Buffer.concat([dependsOn(1), encodeFields(request('/', 'POST'))]),
        ),
      ],
    ],
  ])('%s', async (_name, frames) => {
    using client = await RawHttp2.open(app);
    client.send(...frames);
    const { status, end } = await client.outcome(1);
    expect([status, end]).toEqual([undefined, expect.stringMatching(/^(?:RST_STREAM|GOAWAY) /)]);
    if (client.goaways().length > 0) await client.end();
  });
});

describe('a process outlives what comes behind', () => {
  const goaway = frame(GOAWAY, 0, 0, Buffer.concat([uint32(0), uint32(1)]));
  const short = (stream: number): Buffer[] => [
    headers(stream, request('/', 'POST', ['content-length', '1']), END_HEADERS),
    data(stream, 'abc'),
  ];
  const upload = [post(5), data(5, 'abc'), data(5, 'abc', END_STREAM)];
  const canceled = [get(5), reset(5, CANCEL), post(7), reset(7, CANCEL)];

  // Node 22 ends it at the first and third, if left to itself.
  test.each<[string, Buffer[]]>([
    ['a GOAWAY with an error: content', [goaway, ...upload]],
    [
      'a GOAWAY with an error: resets',
      [get(1), post(3), goaway, reset(1, CANCEL), reset(3, CANCEL), ...canceled],
    ],
    ['content beyond its length: content', [...short(1), ...upload]],
    ['content beyond its length: resets', [...short(1), ...canceled]],
    ['a malformed request: content', [headers(1, request('')), ...upload]],
    ['a window that overflows: content', [post(1), windowUpdate(1, 2 ** 31 - 1), ...upload]],
  ])('%s', async (_name, frames) => {
    using client = await RawHttp2.open(app);
    client.send(...frames);
    await client.roundTrip();
    expect(await askAsOthers(app)).toBe('ok');
  });
});

describe('is ignored:', () => {
  test.each<[string, Buffer[]]>([
    // Section 5.5
    [
      'a frame of an unknown type',
      [frame(99, 0xff, 0, Buffer.alloc(20)), frame(98, 0xff, 1, Buffer.alloc(20))],
    ],
    ['a frame for clients', [frame(10, 0, 0, Buffer.alloc(20))]],
    // Section 6.5.2
    ['an unknown setting', [settings([99, 7])]],
    // Section 4.1
    ['flags that a frame does not have', [frame(PING, 0xfe, 0, Buffer.alloc(8))]],
    // Section 5.3.2
    ['PRIORITY of an idle stream', [frame(PRIORITY, 0, 7, dependsOn(0))]],
  ])('%s', async (_name, frames) => {
    using client = await RawHttp2.open(app);
    client.send(...frames, get(1));
    expect(await client.outcome(1)).toEqual({ status: 200, content: 'ok', end: 'complete' });
  });

  test('padding (RFC 9113 section 6.1)', async () => {
    using client = await RawHttp2.open(app);
    const padded = Buffer.concat([Buffer.of(4), Buffer.from('abc'), Buffer.alloc(4)]);
    client.send(post(1), frame(DATA, PADDED | END_STREAM, 1, padded));
    expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'abc' });
  });

  test('priority (RFC 9113 section 5.3.2)', async () => {
    using client = await RawHttp2.open(app);
    const block = Buffer.concat([dependsOn(0), encodeFields(request('/'))]);
    client.send(frame(HEADERS, END_HEADERS | END_STREAM | PRIORITISED, 1, block));
    expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'ok' });
  });
});

describe('RST_STREAM (RFC 9113 section 5.1)', () => {
  test.each<[string, Buffer[]]>([
    ['during an upload', [headers(1, request('/reads', 'POST'), END_HEADERS), data(1, 'abc')]],
    ['before the answer', [headers(1, request('/waits'))]],
    ['during the answer', [headers(1, request('/endless'))]],
  ])('%s ends what the handler does, and the connection goes on', async (_name, frames) => {
    using client = await RawHttp2.open(app);
    const begun = once(told, 'begun');
    const ended = once(told, 'ended');
    client.send(windowUpdate(0, 2 ** 20), ...frames);
    await begun;
    client.send(reset(1, CANCEL));
    await ended;
    client.send(get(3));
    expect(await client.outcome(3)).toMatchObject({ status: 200, content: 'ok' });
  });

  test('behind the answer is ignored, and so is all else on that stream that may have crossed it', async () => {
    using client = await RawHttp2.open(app);
    client.send(get(1));
    await client.outcome(1);
    client.send(
      reset(1, CANCEL),
      reset(1, CANCEL),
      windowUpdate(1, 5),
      frame(PRIORITY, 0, 1, dependsOn(0)),
      get(3),
    );
    expect(await client.outcome(3)).toMatchObject({ status: 200, content: 'ok' });
  });

  test('right behind a request is no trouble', async () => {
    using client = await RawHttp2.open(app);
    client.send(get(1), reset(1, CANCEL), post(3), reset(3, CANCEL), get(5));
    expect(await client.outcome(5)).toMatchObject({ status: 200, content: 'ok' });
  });

  test('behind DATA that came after it, too', async () => {
    using client = await RawHttp2.open(app);
    client.send(post(1), data(1, 'abc'), reset(1, CANCEL), get(3));
    expect(await client.outcome(3)).toMatchObject({ status: 200, content: 'ok' });
  });
});

test('a stream whose number is lower than one before is not served (RFC 9113 section 5.1.1)', async () => {
  using client = await RawHttp2.open(app);
  client.send(get(3), get(1));
  expect(await client.outcome(3)).toMatchObject({ status: 200, content: 'ok' });
  await client.roundTrip();
  expect(client.heads(1)).toEqual([]);
});

test('a client that ends its side has left', async () => {
  using client = await RawHttp2.open(app);
  const begun = once(told, 'begun');
  client.send(headers(1, request('/waits')));
  await begun;
  const ended = once(told, 'ended');
  client.socket.end();
  await ended;
  await client.end();
});

test('GOAWAY of a client: its requests in flight are answered, and the connection ends (RFC 9113 section 6.8)', async () => {
  using client = await RawHttp2.open(app);
  client.send(get(1), frame(GOAWAY, 0, 0, Buffer.alloc(8)));
  expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'ok' });
  expect(await client.end()).toContain('NO_ERROR');
});

test('GOAWAY on close names the last stream that is served, at once (RFC 9113 section 6.8)', async () => {
  const closing = await startTestServer();
  closing.server.router.addRoute('GET', '/', {
    handler: async () => {
      const opened = once(told, 'open');
      told.emit('waiting');
      await opened;
      return 'ok';
    },
  });
  using client = await RawHttp2.open(closing);
  for (const stream of [1, 3]) {
    const waiting = once(told, 'waiting');
    client.send(get(stream));
    await waiting;
  }
  const closed = closing.close();
  const lastOf = (payload: Buffer): number => payload.readUInt32BE(0);
  await client.find(({ type, payload }) => type === GOAWAY && lastOf(payload) === 3);
  const goaways = client.frames.filter(({ type }) => type === GOAWAY);
  expect(new Set(goaways.map(({ payload }) => lastOf(payload)))).toEqual(new Set([3]));
  client.send(get(5));
  told.emit('open');
  expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'ok' });
  expect(await client.outcome(3)).toMatchObject({ status: 200, content: 'ok' });
  await client.end();
  expect([client.heads(5), new Set(client.goaways())]).toEqual([[], new Set(['NO_ERROR'])]);
  await closed;
});
