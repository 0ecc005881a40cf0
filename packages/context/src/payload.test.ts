import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';

import { describe, expect, test } from 'vitest';

import { contextOf, contextOver, exchangeWith } from '../test/contexts.ts';
import type { ResponseSide } from './response.ts';

function responseTo(): ResponseSide {
  return contextOf(new Request('http://localhost/')).response;
}

/** What was encoded, with its type and length as hooks see them. */
function encoded(record: (response: ResponseSide) => unknown): unknown[] {
  const response = responseTo();
  record(response);
  return [response.payload(), response.get('content-type'), response.get('Content-Length')];
}

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';
const BYTES = 'application/octet-stream';

describe('in one piece', () => {
  test.each<[string, unknown, unknown[]]>([
    ['text', 'hé', ['hé', TEXT, '3']],
    ['no text', '', ['', TEXT, '0']],
    ['an object', { a: 'é' }, ['{"a":"é"}', JSON_TYPE, '10']],
    ['a list', [1], ['[1]', JSON_TYPE, '3']],
    ['a number', 7, ['7', JSON_TYPE, '1']],
    ['false', false, ['false', JSON_TYPE, '5']],
    ['a date', new Date(0), ['"1970-01-01T00:00:00.000Z"', JSON_TYPE, '26']],
    ['what says its JSON itself', { toJSON: () => 'x' }, ['"x"', JSON_TYPE, '3']],
    ['bytes', new Uint8Array([1, 2]), [new Uint8Array([1, 2]), BYTES, '2']],
    ['a buffer', Buffer.from('ab'), [Buffer.from('ab'), BYTES, '2']],
    ['an ArrayBuffer', new Uint8Array([1, 2]).buffer, [new Uint8Array([1, 2]), BYTES, '2']],
    [
      'a part of a view',
      new DataView(new Uint8Array([0, 1, 2, 3]).buffer, 1, 2),
      [new Uint8Array([1, 2]), BYTES, '2'],
    ],
    ['wide numbers', new Uint16Array([1]), [new Uint8Array([1, 0]), BYTES, '2']],
    ['null', null, [null, undefined, undefined]],
    ['nothing', undefined, [null, undefined, undefined]],
  ])('%s', (_what, value, expected) => {
    expect(encoded((response) => response.send(value))).toEqual(expected);
  });

  test('json() makes JSON of text and null, too', () => {
    expect(encoded((response) => response.json('a'))).toEqual(['"a"', JSON_TYPE, '3']);
    expect(encoded((response) => response.json(null))).toEqual(['null', JSON_TYPE, '4']);
  });

  test('keeps the type that was set, and no length that was', () => {
    const record = (response: ResponseSide) =>
      response.header('content-length', 99).type('text/csv').send('a;b');
    expect(encoded(record)).toEqual(['a;b', 'text/csv', '3']);
    expect(encoded((response) => response.html('<p>'))).toEqual(['<p>', 'text/html; charset=utf-8', '3']);
  });

  test.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a bigint', 1n],
  ])('%s is refused', (_what, value) => {
    expect(() => responseTo().send(value).payload()).toThrow(TypeError);
  });

  test('a status alone has none', () => {
    expect(encoded((response) => response.status(204))).toEqual([null, undefined, undefined]);
  });
});

describe('a stream', () => {
  async function* pieces(): AsyncGenerator<string> {
    yield 'a';
    yield 'b';
  }

  test.each<[string, () => unknown, string, string | undefined]>([
    ['a Blob with a type', () => new Blob(['ab'], { type: 'text/csv' }), 'text/csv', '2'],
    ['a Blob without', () => new Blob(['ab']), BYTES, '2'],
    ['a Web stream', () => new Blob(['ab']).stream(), BYTES, undefined],
    ['a Node stream', () => Readable.from([Buffer.from('ab')]), BYTES, undefined],
    ['an async iterable', () => pieces(), BYTES, undefined],
  ])('%s', async (_what, make, type, length) => {
    const response = responseTo().send(make());
    const payload = response.payload() as Readable;
    expect(payload).toBeInstanceOf(Readable);
    expect([response.get('content-type'), response.get('content-length')]).toEqual([type, length]);
    expect(await textOf(payload)).toBe('ab');
  });

  test('that is a Node stream is not wrapped', () => {
    const source = new PassThrough();
    expect(responseTo().stream(source).payload()).toBe(source);
  });

  test('keeps the length that it was announced with', () => {
    const response = responseTo()
      .stream(Readable.from(['ab']))
      .header('content-length', 2);
    response.payload();
    expect(response.get('content-length')).toBe('2');
  });

  test('that can only be written to is refused', () => {
    const sink = new Writable();
    expect(() => responseTo().send(sink).payload()).toThrow("A Writable can't be read, so it can't be sent.");
  });

  test('that fails before it is sent ends nothing but itself', async () => {
    const source = new PassThrough();
    responseTo().stream(source).payload();
    source.destroy(new Error('gone'));
    await new Promise((resolve) => source.once('close', resolve));
  });

  test('that is a Web stream and fails before it is sent ends nothing but itself', async () => {
    let fail!: (error: Error) => void;
    const source = new ReadableStream({ start: (controller) => (fail = (error) => controller.error(error)) });
    const payload = responseTo().stream(source).encode() as Readable;
    fail(new Error('gone'));
    await new Promise((resolve) => payload.once('close', resolve));
    expect(payload.errored).toMatchObject({ message: 'gone' });
  });
});

test('a value is encoded once, however often it is asked for', () => {
  let times = 0;
  const response = responseTo().json({ toJSON: () => ++times });
  expect([response.payload(), response.encode(), response.payload()]).toEqual(['1', '1', '1']);
});

describe('send() after the answer was encoded', () => {
  test('keeps its type, and counts its length anew', () => {
    const response = responseTo().json({ a: 1 });
    response.payload();
    response.send(Buffer.from('zip')).header('content-encoding', 'gzip');
    expect([response.payload(), response.get('content-type'), response.get('content-length')]).toEqual([
      Buffer.from('zip'),
      JSON_TYPE,
      '3',
    ]);
    response.send(Readable.from(['x'])).payload();
    expect([response.get('content-type'), response.get('content-length')]).toEqual([JSON_TYPE, undefined]);
  });

  test('null takes the content away', () => {
    const response = responseTo().text('a');
    response.payload();
    expect([response.send(null).payload(), response.get('content-length')]).toEqual([null, undefined]);
  });

  test('content may be put where there was none', () => {
    const response = responseTo().status(404);
    expect(response.payload()).toBeNull();
    expect([response.send('none').payload(), response.get('content-length')]).toEqual(['none', '4']);
  });

  test('destroys a stream that nobody took', () => {
    const source = new PassThrough();
    const response = responseTo().stream(source);
    response.encode();
    response.send('instead');
    expect(source.destroyed).toBe(true);
  });

  test('leaves a stream that was taken alone until the exchange is over', async () => {
    const exchange = exchangeWith({});
    const { response } = contextOver(exchange);
    const source = new PassThrough();
    const taken = response.stream(source).payload() as Readable;
    const gone = once(source, 'close');
    response.send(taken.pipe(new PassThrough()));
    source.write('x');
    const [chunk] = (await once(response.payload() as Readable, 'data')) as [Buffer];
    expect([String(chunk), source.destroyed]).toEqual(['x', false]);

    exchange.respond(200, {}, null);
    await gone;
    expect(source.destroyed).toBe(true);
  });
});

describe('a stream that is given up', () => {
  test.each<[string, (response: ResponseSide) => unknown]>([
    ['by an error', (response) => response.reset()],
    ['for another answer', (response) => response.json({})],
  ])('is cancelled or returned from %s, encoded or not', async (_what, giveUp) => {
    for (const encode of [true, false]) {
      const cancelled = new Promise<unknown>((resolve) => {
        const response = responseTo().stream(new ReadableStream({ cancel: () => resolve('cancelled') }));
        if (encode) response.encode();
        giveUp(response);
      });
      expect(await cancelled).toBe('cancelled');
      const node = new PassThrough();
      const response = responseTo().stream(node);
      if (encode) response.encode();
      giveUp(response);
      expect(node.destroyed).toBe(true);
    }
  });

  test('lets go of an iterable that was encoded', async () => {
    const returned = new Promise<unknown>((resolve) => {
      const response = responseTo().stream({
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<IteratorResult<string>>(() => undefined),
          return: () => {
            resolve('returned');
            return Promise.resolve({ done: true as const, value: undefined });
          },
        }),
      });
      response.encode();
      response.reset();
    });
    expect(await returned).toBe('returned');
  });
});
