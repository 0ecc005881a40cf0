import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';

import type { TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createWebSocketRoute, type ServerSocket, type WebSocketClose } from '../src/websocket.ts';
import { serve } from './serve.ts';
import { closeFrame, frame, TRANSPORTS, WebSocketClient } from './web-socket-client.ts';

const KIB = 1024;
const deflate = (content: string | Uint8Array): Buffer =>
  deflateRawSync(content, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

/** A frame whose length takes eight bytes, whatever it is. */
function giant(bytes: readonly number[], masked = true): Buffer {
  return Buffer.from([0x82, masked ? 0xff : 0x7f, ...bytes, ...(masked ? [0, 0, 0, 0] : [])]);
}

describe.each(TRANSPORTS)('over %s, a hostile client', (transport) => {
  let app: TestServer;
  const closes: WebSocketClose[] = [];
  const sockets: ServerSocket[] = [];
  let messages = 0;
  beforeAll(async () => {
    app = await serve({
      '/': createWebSocketRoute({
        format: 'raw',
        compress: true,
        maxMessageSize: 256 * KIB,
        open: (socket) => void sockets.push(socket as ServerSocket),
        message: (socket, message) => {
          messages += 1;
          return socket.send(message);
        },
        close: (_socket, close) => void closes.push(close),
      }),
    });
  });
  afterAll(() => app.close());

  const open = (deflates = false): Promise<WebSocketClient> =>
    WebSocketClient.open(
      transport,
      app.url,
      '/',
      deflates ? { 'sec-websocket-extensions': 'permessage-deflate' } : {},
    );
  async function closedWith(...bytes: readonly Uint8Array[]): Promise<number | undefined> {
    await using client = await open(true);
    client.send(...bytes);
    const { code } = await client.closed();
    await client.ended();
    return code;
  }

  test.each<[string, Buffer, number]>([
    ['2^63', giant([0x80, 0, 0, 0, 0, 0, 0, 0]), 1009],
    ['2^64 - 1', giant(Array(8).fill(0xff)), 1009],
    ['2^53', giant([0, 0x20, 0, 0, 0, 0, 0, 0]), 1009],
    ['2^32', giant([0, 0, 0, 1, 0, 0, 0, 0]), 1009],
    ['2^63, not masked', giant([0x80, 0, 0, 0, 0, 0, 0, 0], false), 1002],
    ['2^63 for a ping', Buffer.from([0x89, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]), 1002],
    [
      '2^63 in a continuation',
      Buffer.concat([frame(1, 'a', { fin: false }), Buffer.from([0x80, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0])]),
      1009,
    ],
  ])('that announces a frame of %s is closed', async (_what, bytes, code) => {
    expect(await closedWith(bytes)).toBe(code);
  });

  test('that uses a longer form of a length than it needs is understood, or closed', async () => {
    await using client = await open();
    client.send(
      Buffer.from([0x81, 0xfe, 0, 1, 0, 0, 0, 0, 0x61]),
      giant([0, 0, 0, 0, 0, 0, 0, 1]),
      Buffer.from('b'),
    );
    expect(await client.text()).toBe('a');
    expect(await client.text()).toBe('b');
  });

  test('that never ends a message in fragments takes no more than one may have', async () => {
    expect(
      await closedWith(
        ...Array.from({ length: 300 }, () => frame(0, Buffer.alloc(KIB), { fin: false })).with(
          0,
          frame(2, '', { fin: false }),
        ),
      ),
    ).toBe(1009);
    const tiny = [
      frame(1, 'a', { fin: false }),
      ...Array.from({ length: 2000 }, () => frame(0, '', { fin: false })),
    ];
    expect(await closedWith(...tiny)).toBe(1008);
  });

  test('that sends a bomb in fragments, or one after the other, is closed', async () => {
    const bomb = deflate(Buffer.alloc(30_000_000));
    const parts = Array.from({ length: 10 }, (_, index) =>
      frame(index === 0 ? 2 : 0, bomb.subarray(index * 3000, index === 9 ? undefined : (index + 1) * 3000), {
        rsv: index === 0 ? 0x40 : 0,
        fin: index === 9,
      }),
    );
    expect(await closedWith(...parts)).toBe(1009);
    const small = frame(2, deflate(Buffer.alloc(200 * KIB)), { rsv: 0x40 });
    await using client = await open(true);
    for (let count = 0; count < 50; count++) client.send(small);
    for (let count = 0; count < 50; count++) expect((await client.next()).opcode).toBe(2);
  });

  test('that sends one byte at a time holds up nobody', async () => {
    await using slow = await open();
    await using other = await open();
    const message = frame(1, 'slowly');
    for (const [index, byte] of message.entries()) {
      slow.stream.write(Buffer.of(byte));
      other.send(String(index));
      expect(await other.text()).toBe(String(index));
    }
    expect(await slow.text()).toBe('slowly');
  });

  test('that sends a large message in frames of one byte is bounded', async () => {
    const before = messages;
    await using client = await open();
    const frames = [
      frame(2, 'x', { fin: false }),
      ...Array.from({ length: 1022 }, () => frame(0, 'x', { fin: false })),
      frame(0, 'x'),
    ];
    client.send(...frames);
    expect((await client.next()).payload).toHaveLength(1024);
    expect(messages).toBe(before + 1);
  });

  test('that floods with pongs, pings and close frames gets what is due, once', async () => {
    await using client = await open();
    const count = closes.length;
    client.send(...Array.from({ length: 2000 }, () => frame(10, 'x'.repeat(125))), 'still here');
    expect(await client.text()).toBe('still here');
    client.send(
      ...Array.from({ length: 500 }, () => closeFrame(1000, 'bye')),
      ...Array.from({ length: 500 }, () => frame(9)),
    );
    expect(await client.closed()).toEqual({ code: 1000, reason: '' });
    await client.ended();
    expect(client.frames).toEqual([]);
    client.stream.end();
    await expect.poll(() => closes.slice(count)).toEqual([{ code: 1000, reason: 'bye', wasClean: true }]);
  });

  test.each<[string, readonly (readonly number[])[]]>([
    ['a surrogate in two fragments', [[0xed], [0xa0, 0x80]]],
    ['an overlong form in two fragments', [[0xe0], [0x80, 0xaf]]],
    ['a character that the end cuts', [[0xf0, 0x9f], [0x98]]],
    ['a continuation at the beginning of the second', [[0x61], [0x80]]],
  ])('whose text has %s is closed with 1007', async (_what, parts) => {
    const frames = parts.map((part, index) =>
      frame(index === 0 ? 1 : 0, Buffer.from(part), { fin: index === parts.length - 1 }),
    );
    expect(await closedWith(...frames)).toBe(1007);
    expect(await closedWith(frames[0] as Buffer, frame(9), ...frames.slice(1))).toBe(1007);
  });

  test('whose characters are cut anywhere is understood', async () => {
    const content = Buffer.from('κ€😀');
    await using client = await open();
    for (let at = 1; at < content.length; at++) {
      client.send(frame(1, content.subarray(0, at), { fin: false }), frame(0, content.subarray(at)));
      expect(await client.text()).toBe('κ€😀');
    }
  });

  test('that sends random bytes is closed or waits, and the server lives', async () => {
    for (let round = 0; round < 30; round++) {
      const client = await open(round % 2 === 0);
      client.stream.write(randomBytes(1 + ((round * 37) % 500)));
      await new Promise(setImmediate);
      await client[Symbol.asyncDispose]();
    }
    await using client = await open();
    client.send('alive');
    expect(await client.text()).toBe('alive');
    await expect.poll(() => sockets.filter(({ isOpen }) => isOpen)).toHaveLength(1);
  });

  test('that changes valid frames by one bit is closed or understood, and the server lives', async () => {
    const valid = Buffer.concat([
      frame(1, 'a', { fin: false }),
      frame(9, 'p'),
      frame(0, 'b'),
      frame(2, randomBytes(200)),
      closeFrame(1000),
    ]);
    for (let bit = 0; bit < 160; bit += 3) {
      const bytes = Buffer.from(valid);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const client = await open();
      client.stream.end(bytes);
      await client.ended();
      await client[Symbol.asyncDispose]();
    }
    await using client = await open();
    client.send('alive');
    expect(await client.text()).toBe('alive');
  });
});
