import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';

import { describe, expect, test } from 'vitest';

import { encodeFields } from './hpack.ts';
import { get, nextSocket, post, withLimits } from './http2-limited.ts';
import {
  data,
  END_STREAM,
  errorOf,
  frame,
  GOAWAY,
  HEADERS,
  INITIAL_WINDOW_SIZE,
  PING,
  PREFACE,
  RawHttp2,
  request,
  RST_STREAM,
  settings,
  windowUpdate,
} from './raw-http2.ts';

test('handshakeTimeout ends a connection that does not come to terms (CVE-2018-12122)', async () => {
  await using app = await withLimits({ handshakeTimeout: 50 });
  const socket = connectTcp({ port: app.server.port, host: 'localhost' });
  const closed = once(socket, 'close');
  // The beginning of a ClientHello.
  socket.on('error', () => undefined).write(Buffer.of(22, 3, 1, 2));
  await closed;
  expect(app.server.limitHits.handshakeTimeout).toBe(1);
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
