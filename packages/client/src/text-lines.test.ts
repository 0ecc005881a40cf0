import fc from 'fast-check';
import { expect, test } from 'vitest';

import { startDeadline } from './deadline.ts';
import { eventsOf, type StreamState } from './server-events.ts';
import { linesOf, type TextSource } from './text-lines.ts';

const encoder = new TextEncoder();

function source(chunks: readonly Uint8Array[], limit = 0): TextSource {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(new Uint8Array(chunk));
      controller.close();
    },
  });
  return { name: 'GET /', body, limit, deadline: startDeadline('GET /', 0) };
}

/** Cuts bytes anywhere, also within a character. */
function cut(text: string, lengths: readonly number[]): Uint8Array[] {
  let rest = encoder.encode(text);
  const chunks = lengths.map((length) => {
    const chunk = rest.subarray(0, length);
    rest = rest.subarray(length);
    return chunk;
  });
  return [...chunks, rest];
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

const pieces = fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r', '\r\n'), { maxLength: 30 });
const lengths = fc.array(fc.nat({ max: 4 }), { maxLength: 30 });

test('lines are the same however they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, lengths, async (pieces, lengths) => {
      const text = pieces.join('');
      const expected = text.split(/\r\n|\r|\n/);
      if (expected.at(-1) === '') expected.pop();
      expect(await all(linesOf(source(cut(text, lengths))))).toEqual(expected);
    }),
  );
});

test('a line has a limit, also one that does not end', async () => {
  expect(await all(linesOf(source(cut('12345\n12345', [3]), 5)))).toEqual(['12345', '12345']);
  for (const text of ['123456', '123456\n', '1\n123456']) {
    await expect(all(linesOf(source(cut(text, [2, 2]), 5)))).rejects.toMatchObject({
      code: 'ERR_BLAIZE_CLIENT_RESPONSE_LIMIT',
    });
  }
});

test.each([
  ['data: a\n\n', [{ event: 'message', data: 'a', id: undefined }]],
  ['\ufeffdata:a\rdata\r\rdata:b', [{ event: 'message', data: 'a\n', id: undefined }]],
  ['event: x\n\ndata: 1\n\n', [{ event: 'message', data: 1, id: undefined }]],
  [
    'id: 7\ndata: {"a":[1]}\n\nid: a\0b\nevent:y\ndata:  z\n\n',
    [
      { event: 'message', data: { a: [1] }, id: '7' },
      { event: 'y', data: ' z', id: '7' },
    ],
  ],
  [': only\n: comments\n\nid\ndatax: 1\n\n', []],
])('%j has the events %j', async (text, expected) => {
  expect(await all(eventsOf(source(cut(text, [3])), {}))).toEqual(expected);
});

test('an event has a limit, and a stream says when to come again', async () => {
  const many = 'data: 12\n'.repeat(4);
  await expect(all(eventsOf(source(cut(many, []), 8), {}))).rejects.toMatchObject({
    code: 'ERR_BLAIZE_CLIENT_RESPONSE_LIMIT',
  });
  const state: StreamState = {};
  await all(eventsOf(source(cut('retry: 50\nretry: 1e9\nid: 3\n\nid: 4\n', [])), state));
  expect(state).toEqual({ wait: 50, id: '3' });
});
