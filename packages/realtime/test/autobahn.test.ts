import { randomBytes } from 'node:crypto';
import type { ClientHttp2Session } from 'node:http2';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

import type { TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createWebSocketRoute } from '../src/websocket.ts';
import { serve } from './serve.ts';
import { closeFrame, frame, sessionTo, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

const KIB = 1024;
const [TEXT, BINARY, CLOSE, PING, PONG] = [1, 2, 8, 9, 10];
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

// What the cases of the Autobahn test suite ask, by its numbers, beyond what is in rfc6455.test.ts.
describe.each(TRANSPORTS)('over %s', (transport) => {
  let app: TestServer;
  let session: ClientHttp2Session | undefined;
  beforeAll(async () => {
    const echo = createWebSocketRoute({
      format: 'raw',
      compress: { threshold: 0 },
      maxMessageSize: 8192 * KIB,
      queueLimit: 64 * 1024 * KIB,
      maxFrames: 5000,
      message: (socket, message) => socket.send(message),
    });
    app = await serve({ '/': echo });
    if (transport === 'HTTP/2') session = await sessionTo(app.url);
  });
  afterAll(async () => {
    session?.close();
    await app.close();
  });

  const open = (offer?: string): Promise<WebSocketClient> =>
    WebSocketClient.open(
      transport,
      app.url,
      '/',
      offer === undefined ? {} : { 'sec-websocket-extensions': offer },
      session,
    );

  /** Writes bytes in chops. */
  async function chop(client: WebSocketClient, content: Uint8Array, size: number): Promise<void> {
    for (let at = 0; at < content.length; at += size) {
      client.stream.write(content.subarray(at, at + size));
      await new Promise(setImmediate);
    }
  }

  test.each([TEXT, BINARY])(
    '1.*.8: a message of type %i and 65,536 bytes, in chops of 997',
    async (opcode) => {
      await using client = await open();
      const content = Buffer.alloc(65_536, '*');
      await chop(client, frame(opcode, content), 997);
      expect(await client.next()).toMatchObject({ opcode, payload: content });
    },
  );

  test('2.6 to 2.11: pings byte by byte, ten at once, and pongs before them', async () => {
    await using client = await open();
    await chop(client, frame(PING, Buffer.alloc(125, 0xfe)), 1);
    expect(await client.next()).toMatchObject({ opcode: PONG, payload: Buffer.alloc(125, 0xfe) });
    client.send(frame(PONG), frame(PONG, 'unsolicited'), frame(PING, 'ping'));
    expect(await client.next()).toMatchObject({ opcode: PONG, payload: Buffer.from('ping') });
    for (let count = 0; count < 10; count++) {
      await chop(client, frame(PING, `payload-${count}`), count + 1);
      expect(await client.next()).toMatchObject({ opcode: PONG, payload: Buffer.from(`payload-${count}`) });
    }
  });

  test.each([
    ['3.2: a bit in a text', frame(TEXT, 'Hello', { rsv: 0x20 })],
    ['3.5: bits in a binary message', frame(BINARY, 'Hello', { rsv: 0x50 })],
    ['3.6: bits in a ping', frame(PING, 'Hello', { rsv: 0x60 })],
    ['3.7: bits in a close frame', frame(CLOSE, '', { rsv: 0x70 })],
    ['4.1: a reserved opcode', frame(5, 'Hello')],
    ['4.2: a reserved control opcode', frame(13, 'Hello')],
    ['5.2: a pong in fragments', frame(PONG, 'Hello', { fin: false })],
    ['5.9: a continuation of nothing, the last', frame(0, 'Hello')],
    ['5.12: a continuation of nothing, not the last', frame(0, 'Hello', { fin: false })],
    [
      '5.18: two messages within each other',
      Buffer.concat([frame(TEXT, 'a', { fin: false }), frame(TEXT, 'b', { fin: false })]),
    ],
    ['7.3.2: a close frame of one byte', frame(CLOSE, 'a')],
    ['7.3.6: a close frame of 126 bytes', closeFrame(1000, '*'.repeat(124))],
  ])('%s is refused behind a message that is answered, whole and byte by byte', async (_what, bad) => {
    for (const size of [100, 1]) {
      await using client = await open();
      client.send('Hello');
      await chop(client, Buffer.concat([bad, frame(PING, 'not read')]), size);
      expect(await client.text()).toBe('Hello');
      expect((await client.closed()).code).toBe(1002);
      await client.ended();
    }
  });

  test('5.19: five fragments with pings in between, which are answered at once', async () => {
    await using client = await open();
    const part = (index: number, fin = false): Buffer =>
      frame(index === 1 ? TEXT : 0, `fragment${index}`, { fin });
    client.send(part(1), part(2), frame(PING, 'pongme 1!'));
    expect(await client.next()).toMatchObject({ opcode: PONG, payload: Buffer.from('pongme 1!') });
    client.send(part(3), part(4), frame(PING, 'pongme 2!'), part(5, true));
    expect(await client.next()).toMatchObject({ opcode: PONG, payload: Buffer.from('pongme 2!') });
    expect(await client.text()).toBe('fragment1fragment2fragment3fragment4fragment5');
  });

  test.each([
    '00',
    '7f',
    'c280',
    'dfbf',
    'e0a080',
    'efbfbd',
    'efbfbe',
    'efbfbf',
    'ed9fbf',
    'ee8080',
    'f0908080',
    'f48fbfbf',
    'f09fbfbe',
    'efbbbf',
  ])('6.6 to 6.22: the characters %s are text', async (hex) => {
    await using client = await open();
    const content = bytes(hex);
    client.send(
      frame(TEXT, content),
      ...Array.from(content, (byte, index) =>
        frame(index === 0 ? TEXT : 0, Buffer.of(byte), { fin: index === content.length - 1 }),
      ),
    );
    for (let count = 0; count < 2; count++) expect((await client.next()).payload).toEqual(content);
  });

  test.each([
    '80',
    'bf',
    '80bf80',
    'c0',
    'c020',
    'e0',
    'e02080',
    'f0',
    'f8',
    'fc',
    'fe',
    'ff',
    'c1bf',
    'e09fbf',
    'f08fbfbf',
    'f8888080 80',
    'fc8480808080',
    'eda080',
    'edafbf',
    'edb080',
    'edbfbf',
    'eda080edb080',
    'f4908080',
    'cebae1bdb9cf83cebcceb5f4908080656469746564',
  ])('6.10 to 6.23: the bytes %s are no text', async (hex) => {
    const content = bytes(hex);
    for (const frames of [
      [frame(TEXT, content)],
      [frame(TEXT, content.subarray(0, 1), { fin: false }), frame(0, content.subarray(1))],
    ]) {
      await using client = await open();
      client.send(...frames);
      expect((await client.closed()).code).toBe(1007);
    }
  });

  test('7.1: nothing behind a close frame is answered, also within a message', async () => {
    for (const frames of [
      [closeFrame(1000), closeFrame(1000)],
      [closeFrame(1000), frame(PING)],
      [closeFrame(1000), frame(TEXT, 'x')],
      [frame(TEXT, 'a', { fin: false }), closeFrame(1000), frame(0, 'b')],
    ]) {
      await using client = await open();
      client.send(...frames);
      expect((await client.closed()).code).toBe(1000);
      await client.ended();
      expect(client.frames).toEqual([]);
    }
  });

  test('7.1.6: a close frame behind 256 KiB comes behind their echo', async () => {
    await using client = await open();
    client.send(frame(TEXT, 'B'.repeat(256 * KIB)), 'Hello', closeFrame(1000), frame(PING));
    expect(await client.text()).toHaveLength(256 * KIB);
    expect(await client.text()).toBe('Hello');
    expect((await client.closed()).code).toBe(1000);
  });

  test('7.3.5 and 7.5.1: reasons of 123 bytes, and of bytes that are no text', async () => {
    for (const [reason, code] of [
      ['*'.repeat(123), 1000],
      [bytes('cebae1bdb9cf83cebcceb5eda080656469746564'), 1007],
    ] as const) {
      await using client = await open();
      client.send(frame(CLOSE, Buffer.concat([Buffer.of(3, 232), Buffer.from(reason)])));
      expect((await client.closed()).code).toBe(code);
    }
  });

  test.each([64, 256, 1024, 4096])('9.1 to 9.6: %i KiB, whole, in fragments and in chops', async (size) => {
    await using client = await open();
    const content = randomBytes(size * KIB);
    client.send(frame(BINARY, content));
    expect((await client.next()).payload.equals(content)).toBe(true);
    const parts = [];
    for (let at = 0; at < content.length; at += 4 * KIB) {
      parts.push(
        frame(at === 0 ? BINARY : 0, content.subarray(at, at + 4 * KIB), {
          fin: at + 4 * KIB >= content.length,
        }),
      );
    }
    client.send(...parts);
    expect((await client.next()).payload.equals(content)).toBe(true);
    if (size > 256) return;
    await chop(client, frame(BINARY, content), 1500);
    expect((await client.next()).payload.equals(content)).toBe(true);
  });

  test('9.7 and 10.1: a thousand messages of each size, and one in 50 fragments of 1,300 bytes', async () => {
    await using client = await open();
    for (const size of [0, 16, 64, 256, 1024]) {
      const message = frame(BINARY, Buffer.alloc(size, 'x'));
      client.send(...Array.from({ length: 1000 }, () => message));
      for (let count = 0; count < 1000; count++) expect((await client.next()).payload).toHaveLength(size);
    }
    const content = Buffer.alloc(65_536, '*');
    client.send(
      ...Array.from({ length: 51 }, (_, index) =>
        frame(index === 0 ? TEXT : 0, content.subarray(index * 1300, (index + 1) * 1300), {
          fin: index === 50,
        }),
      ),
    );
    expect(await client.text()).toHaveLength(65_536);
  });

  describe('12 and 13: permessage-deflate', () => {
    const deflate = (content: Uint8Array, windowBits = 15): Buffer =>
      deflateRawSync(content, { finishFlush: constants.Z_SYNC_FLUSH, windowBits }).subarray(0, -4);
    const inflate = (content: Buffer): Buffer =>
      inflateRawSync(Buffer.concat([content, Buffer.of(0, 0, 255, 255)]), {
        finishFlush: constants.Z_SYNC_FLUSH,
      });

    test.each([
      ['permessage-deflate', 15],
      ['permessage-deflate; client_max_window_bits', 15],
      ['permessage-deflate; client_no_context_takeover; client_max_window_bits', 9],
      ['permessage-deflate; server_no_context_takeover; client_max_window_bits=9', 9],
    ])('messages of all sizes with the offer %j and a window of 2^%i', async (offer, windowBits) => {
      await using client = await open(offer);
      expect(client.answer.headers['sec-websocket-extensions']).toContain('permessage-deflate');
      for (const size of [0, 1, 16, 64, 256, 1024, 4 * KIB, 16 * KIB, 64 * KIB, 128 * KIB]) {
        const content = Buffer.from(JSON.stringify({ data: 'some words '.repeat(size / 11) }).slice(0, size));
        const packed = deflate(content, windowBits);
        for (let count = 0; count < 5; count++) client.send(frame(TEXT, packed, { rsv: 0x40 }));
        for (let count = 0; count < 5; count++) {
          const { rsv1, payload } = await client.next();
          expect(rsv1).toBe(true);
          expect(inflate(payload).equals(content)).toBe(true);
        }
      }
    });

    test('messages in fragments, of several blocks, and stored ones', async () => {
      await using client = await open('permessage-deflate');
      const content = Buffer.concat([randomBytes(3000), Buffer.alloc(3000)]);
      const half = deflateRawSync(content.subarray(0, 3000), { finishFlush: constants.Z_SYNC_FLUSH });
      const packed = [
        deflate(content),
        Buffer.concat([half, deflate(content.subarray(3000))]),
        deflateRawSync(content, { level: 0, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4),
      ];
      for (const each of packed) {
        for (const size of [each.length, 1000, 100]) {
          const frames = [];
          for (let at = 0; at < each.length; at += size) {
            frames.push(
              frame(at === 0 ? BINARY : 0, each.subarray(at, at + size), {
                rsv: at === 0 ? 0x40 : 0,
                fin: at + size >= each.length,
              }),
            );
          }
          client.send(...frames);
          expect(inflate((await client.next()).payload).equals(content)).toBe(true);
        }
      }
    });
  });
});
