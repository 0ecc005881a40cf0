import { once } from 'node:events';

import { describe, expect, test } from 'vitest';

import { CANCEL, get, nextSocket, post, withLimits } from './http2-limited.ts';
import {
  errorOf,
  headers,
  INITIAL_WINDOW_SIZE,
  MAX_CONCURRENT_STREAMS,
  MAX_HEADER_LIST_SIZE,
  RawHttp2,
  reset,
  RST_STREAM,
  SETTINGS,
  windowUpdate,
} from './raw-http2.ts';

const BIG = Buffer.alloc(1_000_000);

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
  // In one piece: Node reads no more while it can't write, and what came before that may be too little.
  const requests = Array.from({ length: 50 }, (_, index) => get(2 * index + 1, '/big'));
  client.send(windowUpdate(0, 2 ** 30), ...requests);
  await closed;
  expect(app.server.limitHits.maxSessionMemory).toBe(1);
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
