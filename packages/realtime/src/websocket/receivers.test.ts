import fc from 'fast-check';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';

import { frame } from '../../test/web-socket-client.ts';
import { FrameReader } from './frame-reader.ts';

const SETTINGS = { maxMessageSize: 1000, maxFrames: 10, maxMessageRate: 0 };

/** A connection that is read, what arrived on it, and how to send it bytes. */
function connection(): { readonly seen: string[]; readonly take: (chunk: Buffer) => void } {
  const seen: string[] = [];
  const reader = new FrameReader(new PassThrough(), SETTINGS, false, {
    onMessage: (data) => void seen.push(`message ${data.toString()}`),
    onPing: (payload) => void seen.push(`ping ${payload.toString()}`),
    onClose: (code) => void seen.push(`close ${code}`),
    onRefuse: (code) => void seen.push(`refused ${code}`),
    onEnd: () => void seen.push('end'),
  });
  return { seen, take: (chunk) => reader.take(chunk) };
}

const text = fc.string({ maxLength: 200, unit: 'grapheme-ascii' });
const message = fc.oneof(
  text.map((content) => ({ bytes: frame(1, content), seen: [`message ${content}`] })),
  text.map((content) => ({
    bytes: frame(9, content.slice(0, 100)),
    seen: [`ping ${content.slice(0, 100)}`],
  })),
  fc.tuple(text, text, text).map(([first, ping, last]) => ({
    bytes: Buffer.concat([frame(1, first, { fin: false }), frame(9, ping.slice(0, 100)), frame(0, last)]),
    seen: [`ping ${ping.slice(0, 100)}`, `message ${first}${last}`],
  })),
);
const sent = fc.record({
  messages: fc.array(message, { maxLength: 8 }),
  sizes: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 10 }),
});

test('connections that share receivers never see each other’s messages, however they are cut and mixed', () => {
  fc.assert(
    fc.property(
      fc.array(sent, { minLength: 2, maxLength: 5 }),
      fc.infiniteStream(fc.nat()),
      (clients, turns) => {
        const open = clients.map(({ messages, sizes }) => {
          const bytes = Buffer.concat(messages.map((each) => each.bytes));
          const chunks: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length] as number;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          return { ...connection(), chunks, expected: messages.flatMap((each) => each.seen) };
        });
        for (;;) {
          const waiting = open.filter(({ chunks }) => chunks.length > 0);
          if (waiting.length === 0) break;
          const client = waiting[(turns.next().value as number) % waiting.length];
          client?.take(client.chunks.shift() as Buffer);
        }
        for (const { seen, expected } of open) expect(seen).toEqual(expected);
      },
    ),
    { numRuns: 200 },
  );
});

test('a connection that is refused or closed leaves nothing to the next one', async () => {
  const begun = connection();
  begun.take(frame(1, 'half', { fin: false }));
  begun.take(frame(1, 'not a continuation'));
  const invalid = connection();
  invalid.take(frame(1, 'compressed', { rsv: 0x40 }));
  const closed = connection();
  closed.take(Buffer.concat([frame(1, 'half', { fin: false }), frame(8)]));
  const next = connection();
  next.take(frame(1, 'whole'));
  expect(closed.seen).toEqual(['close 1005']);
  expect(next.seen).toEqual(['message whole']);
  // Receivers tell errors one turn later.
  await expect.poll(() => begun.seen).toEqual(['refused 1002']);
  await expect.poll(() => invalid.seen).toEqual(['refused 1002']);
  expect(next.seen).toEqual(['message whole']);
});
