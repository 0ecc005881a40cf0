import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { createRooms, createWebSocketRoute } from '../src/websocket.ts';
import { serve } from './serve.ts';
import { frame, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

const DEFLATE = 'permessage-deflate';
const OFFER = { 'sec-websocket-extensions': DEFLATE };
const RSV1 = 0x40;

const deflate = (content: string | Uint8Array): Buffer =>
  deflateRawSync(content, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
const inflate = (content: Buffer): string =>
  inflateRawSync(Buffer.concat([content, Buffer.of(0, 0, 255, 255)]), {
    finishFlush: constants.Z_SYNC_FLUSH,
  }).toString();

describe.each(TRANSPORTS)('limits over %s', (transport) => {
  test('of the size of a message hold for one frame and for many, before all of it has arrived', async () => {
    await using app = await serve({
      '/': createWebSocketRoute({
        format: 'raw',
        maxMessageSize: 100,
        message: (socket, it) => socket.send(it),
      }),
    });
    for (const bytes of [
      frame(1, '', { length: 101 }),
      Buffer.concat([frame(1, 'x'.repeat(60), { fin: false }), frame(0, '', { length: 41 })]),
    ]) {
      await using client = await WebSocketClient.open(transport, app.url, '/');
      client.send('x'.repeat(100));
      expect(await client.text()).toHaveLength(100);
      client.send(bytes);
      expect((await client.closed()).code).toBe(1009);
      await client.ended();
    }
  });

  test('of frames hold for empty ones, too', async () => {
    await using app = await serve({ '/': createWebSocketRoute({ format: 'raw', maxFrames: 10 }) });
    await using client = await WebSocketClient.open(transport, app.url, '/');
    client.send(
      frame(1, '', { fin: false }),
      ...Array.from({ length: 10 }, () => frame(0, '', { fin: false })),
    );
    expect((await client.closed()).code).toBe(1008);
  });

  test('of the rate count messages and pings', async () => {
    let handled = 0;
    await using app = await serve({
      '/': createWebSocketRoute({ maxMessageRate: 20, message: () => void (handled += 1) }),
    });
    for (const content of [frame(1, '1'), frame(9)]) {
      await using client = await WebSocketClient.open(transport, app.url, '/');
      client.send(...Array.from({ length: 200 }, () => content));
      expect(await client.closed()).toEqual({ code: 1008, reason: 'Too many messages' });
    }
    expect(handled).toBeGreaterThanOrEqual(20);
    expect(handled).toBeLessThan(100);
  });
});

describe.each(TRANSPORTS)('permessage-deflate over %s', (transport) => {
  const open = (url: string, offer = DEFLATE): Promise<WebSocketClient> =>
    WebSocketClient.open(transport, url, '/', { 'sec-websocket-extensions': offer });

  test.each([
    [DEFLATE, true],
    [`${DEFLATE}; client_max_window_bits`, true],
    [`${DEFLATE}; client_max_window_bits=10; client_no_context_takeover`, true],
    [`${DEFLATE}; server_max_window_bits=10, ${DEFLATE}`, true],
    [`${DEFLATE}; unknown=1, ${DEFLATE}; client_max_window_bits`, true],
    [`${DEFLATE}; server_max_window_bits=99, ${DEFLATE}`, true],
    [`x-other, ${DEFLATE}`, true],
    [`${DEFLATE}; server_max_window_bits=10`, false],
    [`${DEFLATE}; unknown`, false],
    ['x-webkit-deflate-frame', false],
  ])('the offer %j is met: %j', async (offer, isMet) => {
    await using app = await serve({ '/': createWebSocketRoute({ compress: true }) });
    await using client = await open(app.url, offer);
    const answer = client.answer.headers['sec-websocket-extensions'];
    if (!isMet) return expect(answer).toBeUndefined();
    expect(answer).toMatch(/^permessage-deflate; /);
    expect(answer).toContain('server_no_context_takeover');
    expect(answer).toContain('client_no_context_takeover');
    expect(answer).not.toContain('server_max_window_bits');
  });

  test('is declined unless it is asked for, and then bits are refused', async () => {
    await using app = await serve({ '/': createWebSocketRoute({}) });
    await using client = await open(app.url);
    expect(client.answer.headers['sec-websocket-extensions']).toBeUndefined();
    client.send(frame(1, deflate('"x"'), { rsv: RSV1 }));
    expect((await client.closed()).code).toBe(1002);
  });

  test('inflates messages, also in fragments, and those that are not compressed', async () => {
    await using app = await serve({
      '/': createWebSocketRoute({ format: 'raw', compress: true, message: (socket, it) => socket.send(it) }),
    });
    await using client = await open(app.url);
    const bytes = deflate('κόσμε');
    client.send(
      frame(1, bytes, { rsv: RSV1 }),
      'plain',
      frame(1, bytes.subarray(0, 3), { rsv: RSV1, fin: false }),
      frame(9, 'ping'),
      frame(0, bytes.subarray(3)),
      frame(1, deflate(''), { rsv: RSV1 }),
    );
    expect(await client.text()).toBe('κόσμε');
    expect(await client.text()).toBe('plain');
    expect((await client.next()).opcode).toBe(10);
    expect(await client.text()).toBe('κόσμε');
    expect(await client.text()).toBe('');
  });

  test.each<[string, Buffer, number]>([
    ['a bomb', frame(1, deflate(Buffer.alloc(50_000_000)), { rsv: RSV1 }), 1009],
    ['one byte too many', frame(1, deflate('x'.repeat(100_001)), { rsv: RSV1 }), 1009],
    ['garbage', frame(1, Buffer.alloc(20, 0xff), { rsv: RSV1 }), 1007],
    ['bad UTF-8', frame(1, deflate(Buffer.of(0xff)), { rsv: RSV1 }), 1007],
    ['a compressed ping', frame(9, deflate('x'), { rsv: RSV1 }), 1002],
    [
      'a bit in a continuation',
      Buffer.concat([frame(1, deflate('x'), { rsv: RSV1, fin: false }), frame(0, '', { rsv: RSV1 })]),
      1002,
    ],
  ])('refuses %s', async (_what, bytes, code) => {
    await using app = await serve({
      '/': createWebSocketRoute({ format: 'raw', compress: true, maxMessageSize: 100_000 }),
    });
    await using client = await open(app.url);
    client.send(bytes);
    expect((await client.closed()).code).toBe(code);
    await client.ended();
  });

  test('takes what is exactly as large as it may be', async () => {
    await using app = await serve({
      '/': createWebSocketRoute({
        format: 'raw',
        compress: true,
        maxMessageSize: 100_000,
        message: (socket, it) => socket.send(String(it.length)),
      }),
    });
    await using client = await open(app.url);
    client.send(frame(1, deflate('x'.repeat(100_000)), { rsv: RSV1 }));
    expect(await client.text()).toBe('100000');
  });

  test('compresses from the threshold on, in the order of sending', async () => {
    const incompressible = randomBytes(3000).toString('base64');
    await using app = await serve({
      '/': createWebSocketRoute({
        format: 'raw',
        compress: { threshold: 100 },
        message: (socket) => {
          void socket.send('x'.repeat(100));
          void socket.send('y');
          void socket.send(incompressible);
          void socket.send('z'.repeat(99));
          socket.close(4000);
        },
      }),
    });
    await using client = await open(app.url);
    client.send('go');
    const frames = [await client.next(), await client.next(), await client.next(), await client.next()];
    expect(frames.map(({ rsv1 }) => rsv1)).toEqual([true, false, true, false]);
    expect(inflate(frames[0]?.payload as Buffer)).toBe('x'.repeat(100));
    expect(frames[1]?.payload.toString()).toBe('y');
    expect(inflate(frames[2]?.payload as Buffer)).toBe(incompressible);
    expect((await client.closed()).code).toBe(4000);
  });

  test('compresses a message for a room once, for those that take it', async () => {
    const rooms = createRooms({ format: 'raw' });
    await using app = await serve({
      '/': createWebSocketRoute({ format: 'raw', compress: true, open: (socket) => rooms.join('a', socket) }),
    });
    await using one = await WebSocketClient.open(transport, app.url, '/', OFFER);
    await using two = await WebSocketClient.open(transport, app.url, '/', OFFER);
    await using plain = await WebSocketClient.open(transport, app.url, '/');
    await expect.poll(() => rooms.size('a')).toBe(3);
    await rooms.send('a', 'x'.repeat(5000));
    const [first, second] = [await one.next(), await two.next()];
    expect(first).toEqual(second);
    expect([first.rsv1, inflate(first.payload)]).toEqual([true, 'x'.repeat(5000)]);
    expect(await plain.next()).toMatchObject({ rsv1: false, payload: Buffer.from('x'.repeat(5000)) });
  });
});
