import { randomBytes } from 'node:crypto';
import type { ClientHttp2Session } from 'node:http2';

import type { TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createWebSocketRoute, type WebSocketClose } from '../src/websocket.ts';
import { serve } from './serve.ts';
import { closeFrame, frame, sessionTo, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

const TEXT = 1;
const BINARY = 2;
const PING = 9;
const PONG = 10;

describe.each(TRANSPORTS)('RFC 6455 over %s', (transport) => {
  let app: TestServer;
  let session: ClientHttp2Session | undefined;
  const closes = new Map<unknown, WebSocketClose[]>();
  beforeAll(async () => {
    const routes = {
      '/echo': createWebSocketRoute({
        format: 'raw',
        message: (socket, message) => socket.send(message),
        close: (socket, close) => {
          const { name } = socket.ctx.request.query;
          closes.set(name, [...(closes.get(name) ?? []), close]);
        },
      }),
    };
    const cleartext = { tls: false, http2: { enabled: false } } as const;
    app = await serve(routes, transport === 'HTTP/2' ? {} : cleartext);
    if (transport === 'HTTP/2') session = await sessionTo(app.url);
  });
  afterAll(async () => {
    session?.close();
    await app.close();
  });

  const open = (name = ''): Promise<WebSocketClient> =>
    WebSocketClient.open(transport, app.url, `/echo?name=${name}`, {}, session);
  /** Sends bytes, and returns the close frame that they get. */
  async function refused(
    ...bytes: readonly Uint8Array[]
  ): Promise<{ code: number | undefined; reason: string }> {
    await using client = await open();
    client.send(...bytes);
    const closed = await client.closed();
    await client.ended();
    return closed;
  }

  describe('messages (section 5.6)', () => {
    test.each([0, 1, 125, 126, 127, 65_535, 65_536, 70_000])('of %i bytes come back', async (size) => {
      await using client = await open();
      const bytes = randomBytes(size);
      client.send(frame(BINARY, bytes), frame(TEXT, 'a'.repeat(size)));
      expect(await client.next()).toEqual({ fin: true, rsv1: false, opcode: BINARY, payload: bytes });
      expect(await client.next()).toMatchObject({ opcode: TEXT, payload: Buffer.from('a'.repeat(size)) });
    });

    test('arrive byte by byte', async () => {
      await using client = await open();
      const bytes = Buffer.concat([
        frame(TEXT, 'fir', { fin: false }),
        frame(PING, 'p'),
        frame(0, 'st'),
        frame(BINARY, 'x'.repeat(130)),
      ]);
      for (const byte of bytes) {
        client.stream.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      expect(await client.next()).toMatchObject({ opcode: PONG, payload: Buffer.from('p') });
      expect(await client.text()).toBe('first');
      expect(await client.text()).toBe('x'.repeat(130));
    });

    test('keep their order, however many arrive at once', async () => {
      await using client = await open();
      const texts = Array.from({ length: 500 }, (_, index) => `message ${index}`);
      client.send(...texts);
      for (const text of texts) expect(await client.text()).toBe(text);
    });
  });

  describe('fragments (section 5.4)', () => {
    test('are one message, also empty ones', async () => {
      await using client = await open();
      client.send(
        frame(TEXT, '', { fin: false }),
        frame(0, 'a', { fin: false }),
        frame(0, '', { fin: false }),
        frame(0, 'b', { fin: false }),
        frame(0, ''),
      );
      expect(await client.text()).toBe('ab');
    });

    test('may have control frames in between', async () => {
      await using client = await open();
      client.send(frame(TEXT, 'a', { fin: false }), frame(PING, '1'), frame(0, 'b'));
      expect(await client.next()).toMatchObject({ opcode: PONG, payload: Buffer.from('1') });
      expect(await client.text()).toBe('ab');
    });

    test.each<[string, Buffer[]]>([
      ['a continuation of nothing', [frame(0, 'a')]],
      ['a continuation behind a whole message', [frame(TEXT, 'a'), frame(0, 'b')]],
      ['a message within another', [frame(TEXT, 'a', { fin: false }), frame(TEXT, 'b')]],
      ['another type within a message', [frame(TEXT, 'a', { fin: false }), frame(BINARY, 'b')]],
    ])('%s is a protocol error', async (_what, bytes) => {
      expect((await refused(...bytes)).code).toBe(1002);
    });
  });

  describe('control frames (section 5.5)', () => {
    test.each(['', 'hello', 'x'.repeat(125)])('a ping is answered with its payload: %j', async (payload) => {
      await using client = await open();
      client.send(frame(PING, payload));
      expect(await client.next()).toMatchObject({ opcode: PONG, payload: Buffer.from(payload) });
    });

    test('a pong that nobody asked for is ignored', async () => {
      await using client = await open();
      client.send(frame(PONG, 'x'), 'still here');
      expect(await client.text()).toBe('still here');
    });

    test.each<[string, Buffer]>([
      ['a ping of 126 bytes', frame(PING, 'x'.repeat(126))],
      ['a fragmented ping', frame(PING, 'x', { fin: false })],
      ['a fragmented close', frame(8, '', { fin: false })],
      ['a close of 126 bytes', frame(8, Buffer.concat([Buffer.of(3, 232), Buffer.alloc(124, 'x')]))],
    ])('%s is a protocol error', async (_what, bytes) => {
      expect((await refused(bytes)).code).toBe(1002);
    });
  });

  describe('reserved', () => {
    test.each([0x40, 0x20, 0x10, 0x70])('bits %i are refused (section 5.2)', async (rsv) => {
      expect((await refused(frame(TEXT, 'a', { rsv }))).code).toBe(1002);
    });

    test.each([3, 4, 5, 6, 7, 11, 12, 13, 14, 15])('opcode %i is refused', async (opcode) => {
      expect((await refused(frame(opcode, 'a'))).code).toBe(1002);
    });

    test('a frame that is not masked is refused (section 5.1)', async () => {
      expect((await refused(frame(TEXT, 'a', { masked: false }))).code).toBe(1002);
    });

    test('a length of 2^63 is refused', async () => {
      const bytes = frame(BINARY, '', { length: 65_536 });
      bytes[2] = 0x80;
      expect((await refused(bytes)).code).toBe(1009);
    });
  });

  describe('UTF-8 (section 8.1)', () => {
    test('may be split anywhere', async () => {
      await using client = await open();
      const bytes = Buffer.from('κόσμε 😀');
      const parts = [...bytes].map((byte, index) =>
        frame(index === 0 ? TEXT : 0, Buffer.of(byte), { fin: index === bytes.length - 1 }),
      );
      client.send(...parts);
      expect(await client.text()).toBe('κόσμε 😀');
    });

    test.each<[string, number[]]>([
      ['a lone continuation', [0x80]],
      ['an overlong form', [0xc0, 0xaf]],
      ['a surrogate', [0xed, 0xa0, 0x80]],
      ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
      ['an incomplete character', [0xe2, 0x82]],
    ])('%s closes with 1007', async (_what, bytes) => {
      expect((await refused(frame(TEXT, Buffer.from(bytes)))).code).toBe(1007);
      expect((await refused(closeFrame(1000, ''), frame(TEXT, 'ignored'))).code).toBe(1000);
    });

    test('is not asked of binary messages', async () => {
      await using client = await open();
      client.send(frame(BINARY, Buffer.of(0xff, 0xfe)));
      expect((await client.next()).payload).toEqual(Buffer.of(0xff, 0xfe));
    });

    test('is asked of the reason of a close frame', async () => {
      const reason = Buffer.concat([Buffer.of(3, 232), Buffer.of(0xff)]);
      expect((await refused(frame(8, reason))).code).toBe(1007);
    });
  });

  describe('closing (section 7)', () => {
    test.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])(
      'code %i is answered with the same',
      async (code) => {
        const name = `close-${code}`;
        await using client = await open(name);
        client.send(closeFrame(code, 'why'));
        expect(await client.closed()).toEqual({ code, reason: '' });
        await client.ended();
        client.stream.end();
        await expect.poll(() => closes.get(name)).toEqual([{ code, reason: 'why', wasClean: true }]);
      },
    );

    test('without a code, it is 1005 for the listener', async () => {
      await using client = await open('no-code');
      client.send(closeFrame());
      expect(await client.closed()).toEqual({ code: undefined, reason: '' });
      await client.ended();
      client.stream.end();
      await expect.poll(() => closes.get('no-code')).toEqual([{ code: 1005, reason: '', wasClean: true }]);
    });

    test.each([0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535])(
      'code %i is a protocol error',
      async (code) => {
        expect((await refused(closeFrame(code))).code).toBe(1002);
      },
    );

    test('with a payload of one byte is a protocol error', async () => {
      expect((await refused(frame(8, 'x'))).code).toBe(1002);
    });

    test('comes behind what was sent before it, and nothing behind it is read', async () => {
      await using client = await open();
      client.send('a', 'b', closeFrame(1000), 'c');
      expect(await client.text()).toBe('a');
      expect(await client.text()).toBe('b');
      expect(await client.closed()).toEqual({ code: 1000, reason: '' });
      await client.ended();
      expect(client.frames).toEqual([]);
    });
  });
});
