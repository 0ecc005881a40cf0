import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { expect, test } from 'vitest';

import { toWebStream } from './to-web-stream.ts';

test('gives all bytes, however slowly they are read', async () => {
  const pieces = Array.from({ length: 500 }, (_, index) => `${index} `);
  expect(await text(toWebStream(Readable.from(pieces, { objectMode: false })))).toBe(pieces.join(''));
});

test('reads no more than is asked for', async () => {
  let given = 0;
  const source = new Readable({
    highWaterMark: 1,
    read() {
      given += 1;
      this.push(Buffer.alloc(1024));
    },
  });
  const reader = toWebStream(source).getReader();
  await reader.read();
  const before = given;
  await new Promise(setImmediate);
  expect(given - before).toBeLessThan(3);
  await reader.cancel();
});

test('a reader that cancels destroys the source, whatever it still has', async () => {
  const source = new PassThrough();
  const stream = toWebStream(source);
  const reader = stream.getReader();
  for (let i = 0; i < 100; i++) source.write('x');
  await reader.read();
  // In the middle of what it emits.
  source.prependListener('data', () => void reader.cancel());
  source.resume();
  await once(source, 'close');
  expect(source.destroyed).toBe(true);
});

test.each([
  ['an error', new Error('disk'), 'disk'],
  ['its end', undefined, 'destroyed before its end'],
])('a source that is destroyed fails the reader: %s', async (_name, error, message) => {
  const source = new PassThrough();
  const reading = text(toWebStream(source));
  source.destroy(error);
  await expect(reading).rejects.toThrow(message);
  await expect(text(toWebStream(source))).rejects.toThrow(message);
});
