import { text } from 'node:stream/consumers';

import type { HeaderFields } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';
import { describe, expect, test } from 'vitest';

import { AdapterUnderTest, WIRE_TRANSPORTS, type WireTransport } from './adapter-suite.ts';
import { encodeFields, type Field } from './hpack.ts';
import { head } from './http1-suite.ts';
import { HTTP1_TRANSPORTS } from './raw-http1.ts';
import * as h2 from './raw-http2.ts';

const FORBIDDEN: HeaderFields = {
  'content-length': '5',
  'Transfer-Encoding': 'chunked',
  host: 'evil',
  authorization: 'Basic x',
  'content-type': 'text/html',
  trailer: 'x',
  connection: 'close',
  'set-cookie': ['a=1'],
  ':status': '500',
};

function answering(
  content: readonly string[],
  trailers: () => HeaderFields,
  headers: HeaderFields = {},
): (exchange: Exchange) => void {
  return (exchange) => {
    const sink = exchange.respondStream(200, headers, { trailers });
    for (const chunk of content) sink.write(chunk);
    sink.end();
  };
}

describe.each(HTTP1_TRANSPORTS)('trailers of an answer over HTTP/1.1, %s', (transport) => {
  test.each([
    ['behind its content', ['abc'], '3\r\nabc\r\n0\r\nx-sum: 3\r\nx-list: 1\r\nx-list: 2\r\n\r\n'],
    ['without content', [], '0\r\nx-sum: 0\r\nx-list: 1\r\nx-list: 2\r\n\r\n'],
  ])('are sent %s (RFC 9112 section 7.1.2)', async (_name, content, expected) => {
    await using app = await AdapterUnderTest.start(
      transport,
      answering(
        content,
        () => ({
          ...FORBIDDEN,
          'X-Sum': String(content.join('').length),
          'x-list': ['1', '2'],
          gone: undefined,
        }),
        { 'content-length': '3', trailer: 'x-sum' },
      ),
    );
    await using connection = await app.http1();
    for (let turn = 0; turn < 2; turn++) {
      connection.send(head('GET / HTTP/1.1'));
      const received = await connection.until('2\r\n\r\n');
      const end = received.indexOf('\r\n\r\n') + 4;
      expect(received.slice(0, end)).toMatch(/^trailer: x-sum\r$/m);
      expect(received.slice(0, end)).not.toMatch(/content-length/i);
      expect(received.slice(end)).toBe(expected);
    }
  });

  test('are dropped over HTTP/1.0, which has no chunks', async () => {
    let asked = 0;
    const trailers = (): HeaderFields => ({ 'x-asked': String((asked += 1)) });
    await using app = await AdapterUnderTest.start(
      transport,
      answering(['abc'], trailers, { trailer: 'x-asked' }),
    );
    await using connection = await app.http1();
    connection.send(head('GET / HTTP/1.0'));
    const received = await connection.ended();
    expect(received).toMatch(/\r\n\r\nabc$/);
    expect(received).not.toMatch(/trailer/i);
    expect(asked).toBe(0);
  });

  test.each([
    ['throw', (): HeaderFields => throwing()],
    ['are not valid', (): HeaderFields => ({ 'x-a': 'b\r\nx-injected: 1' })],
    ['are a promise', (): HeaderFields => Promise.resolve({ 'x-a': 'b' }) as never],
    ['are a promise that rejects', (): HeaderFields => Promise.reject(new Error('no trailers')) as never],
  ])('break the answer off if they %s', async (_name, trailers) => {
    await using app = await AdapterUnderTest.start(transport, tolerant(['abc'], trailers));
    await using connection = await app.http1();
    connection.send(head('GET / HTTP/1.1'));
    const received = await connection.ended().catch(() => connection.received);
    expect(received).not.toMatch(/\r\n0\r\n|injected/);
  });
});

describe('trailers of an answer over HTTP/2', () => {
  const lastFrames = (client: h2.RawHttp2, stream: number): [number, number, string][] =>
    client.frames
      .filter((one) => one.stream === stream)
      .map(({ type, flags, payload }) => [type, flags, type === h2.DATA ? payload.toString() : '']);
  const TRAILERS = [h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, ''];

  test.each([
    ['behind its content', ['ab', 'c'], [[h2.DATA, 0, 'ab'], [h2.DATA, 0, 'c'], TRAILERS]],
    ['without content', [], [TRAILERS]],
  ])('are sent %s, with END_STREAM (RFC 9113 section 8.1)', async (_name, content, expected) => {
    await using app = await AdapterUnderTest.start(
      'HTTP/2',
      answering(content, () => ({ ...FORBIDDEN, 'X-Sum': '3' })),
    );
    using client = await app.http2();
    client.send(h2.headers(1, h2.request('/')));
    expect(await client.outcome(1)).toEqual({ status: 200, content: content.join(''), end: 'complete' });
    await client.roundTrip();
    const [first, ...others] = lastFrames(client, 1);
    expect(first).toEqual([h2.HEADERS, h2.END_HEADERS, '']);
    expect(others.filter(([type, , text]) => type !== h2.DATA || text !== '')).toEqual(expected);
    const last = client.frames.findLast(({ type }) => type === h2.HEADERS);
    expect(last?.payload.length).toBeLessThan(encodeFields([['x-sum', '3']]).length + 2);
  });

  test('without fields, the content just ends', async () => {
    await using app = await AdapterUnderTest.start(
      'HTTP/2',
      answering(['abc'], () => ({})),
    );
    using client = await app.http2();
    client.send(h2.headers(1, h2.request('/')));
    expect(await client.outcome(1)).toEqual({ status: 200, content: 'abc', end: 'complete' });
    expect(client.heads(1)).toEqual([200]);
  });

  test('go ahead of the reset that ends content which nobody reads', async () => {
    await using app = await AdapterUnderTest.start(
      'HTTP/2',
      answering(['abc'], () => ({ 'x-a': '1' })),
    );
    using client = await app.http2();
    client.send(h2.headers(1, h2.request('/', 'POST'), h2.END_HEADERS), h2.data(1, 'part'));
    expect(await client.outcome(1)).toEqual({ status: 200, content: 'abc', end: 'complete' });
    const last = await client.find(({ type }) => type === h2.RST_STREAM);
    expect(last && h2.errorOf(last)).toBe('NO_ERROR');
  });

  test('wait for the window of the client, and do not go out once it has reset', async () => {
    await using app = await AdapterUnderTest.start('HTTP/2', (exchange) => {
      answering(['abcdef'], () => ({ 'x-a': '1' }))(exchange);
    });
    using client = await app.http2([h2.INITIAL_WINDOW_SIZE, 3]);
    client.send(h2.headers(1, h2.request('/')), h2.headers(3, h2.request('/')));
    await client.until(() => client.content(1).length === 3 && client.content(3).length === 3);
    // nghttp2 looks at what follows only while the window is open.
    client.send(h2.windowUpdate(1, 4), h2.reset(3, 8));
    expect(await client.outcome(1)).toEqual({ status: 200, content: 'abcdef', end: 'complete' });
    await client.roundTrip();
    expect(client.frames.filter(({ stream }) => stream === 3).map(({ type }) => type)).toEqual([
      h2.HEADERS,
      h2.DATA,
    ]);
  });

  test.each([
    ['throw', (): HeaderFields => throwing()],
    ['are not valid', (): HeaderFields => ({ 'x-a': 'b\r\nx-injected: 1' })],
    ['are a promise', (): HeaderFields => Promise.resolve({ 'x-a': 'b' }) as never],
    ['are a promise that rejects', (): HeaderFields => Promise.reject(new Error('no trailers')) as never],
  ])('break the answer off if they %s', async (_name, trailers) => {
    await using app = await AdapterUnderTest.start('HTTP/2', tolerant(['abc'], trailers));
    using client = await app.http2();
    client.send(h2.headers(1, h2.request('/')));
    expect((await client.outcome(1)).end).toBe('RST_STREAM INTERNAL_ERROR');
  });
});

describe.each(WIRE_TRANSPORTS)('trailers of a request, %s', (transport) => {
  const LIMITS = { limits: { maxHeadersCount: 8, maxHeaderSize: 1024 } };

  test.each<[string, Field[], HeaderFields | undefined]>([
    ['none', [], undefined],
    [
      'some',
      [
        ['x-sum', '3'],
        ['x-a', '1'],
        ['x-a', '2'],
      ],
      { 'x-sum': '3', 'x-a': '1, 2' },
    ],
    [
      'those that may be none',
      [
        ['host', 'evil'],
        ['authorization', 'x'],
        ['content-type', 'a/b'],
        ['cookie', 'a=1'],
        ['x-a', '1'],
      ],
      { 'x-a': '1' },
    ],
    [
      'one that is called __proto__',
      [
        ['__proto__', 'x'],
        ['x-a', '1'],
      ],
      { 'x-a': '1' },
    ],
    ['as many as there may be header fields', fieldsOf(8), Object.fromEntries(fieldsOf(8))],
    ['more than that', fieldsOf(9), undefined],
    [
      'more than there may be bytes',
      [
        ['x-a', 'a'.repeat(600)],
        ['x-b', 'a'.repeat(600)],
      ],
      undefined,
    ],
  ])('are read behind its content: %s', async (name, trailers, expected) => {
    const seen: unknown[] = [];
    await using app = await AdapterUnderTest.start(
      transport,
      (exchange) => {
        seen.push(exchange.requestTrailers);
        void text(exchange.body()).then((content) => {
          seen.push(content, exchange.requestTrailers);
          exchange.respond(200, { 'content-length': '0' }, null);
        }, ignore);
      },
      LIMITS,
    );
    // Node 20 to 26 refuse these by themselves over HTTP/1.1, as the head of a request that is too large.
    const refused = name === 'more than there may be bytes' && transport !== 'HTTP/2';
    await sendWithTrailers(app, transport, trailers, refused ? 431 : 200);
    if (refused) return;
    const record = seen[2] as HeaderFields | undefined;
    if (record) expect(Object.getPrototypeOf(record)).toBeNull();
    // Over HTTP/1.1, Node drops it.
    if (record) delete record['__proto__'];
    expect(seen).toEqual([undefined, 'abc', expected]);
  });
});

async function sendWithTrailers(
  app: AdapterUnderTest,
  transport: WireTransport,
  trailers: readonly Field[],
  status: number,
): Promise<void> {
  if (transport === 'HTTP/2') {
    using client = await app.http2();
    client.send(h2.headers(1, h2.request('/', 'POST'), h2.END_HEADERS));
    if (trailers.length === 0) client.send(h2.data(1, 'abc', h2.END_STREAM));
    else client.send(h2.data(1, 'abc'), h2.headers(1, trailers));
    expect(await client.outcome(1)).toMatchObject({ status });
    return;
  }
  await using connection = await app.http1();
  const lines = trailers.map(([name, value]) => `${name}: ${value}\r\n`);
  connection.send(
    head('POST / HTTP/1.1', 'Transfer-Encoding: chunked'),
    '3\r\nabc\r\n0\r\n',
    ...lines,
    '\r\n',
  );
  expect(await connection.answer()).toMatchObject({ status });
}

function fieldsOf(count: number): Field[] {
  return Array.from({ length: count }, (_, index) => [`x-${index}`, String(index)] as const);
}

/** As a sender does that has to hear of trailers that throw: it is up to the adapter to break the answer off. */
function tolerant(content: readonly string[], trailers: () => HeaderFields): (exchange: Exchange) => void {
  return (exchange) => {
    expect(() => answering(content, trailers)(exchange)).toThrow();
    expect(exchange.aborted).toBe(false);
  };
}

function ignore(): void {}

function throwing(): never {
  throw new Error('no trailers');
}

test('flush sends the head at once', async () => {
  for (const transport of WIRE_TRANSPORTS) {
    await using app = await AdapterUnderTest.start(transport, (exchange) => {
      const { rawResponse } = exchange;
      const before = rawResponse && 'socket' in rawResponse ? rawResponse.socket?.bytesWritten : 0;
      exchange.respondStream(200, {}, { flush: true });
      if (rawResponse && 'socket' in rawResponse)
        expect(rawResponse.socket?.bytesWritten).toBeGreaterThan(before ?? 0);
      expect(exchange).toMatchObject({ responded: true, status: 200 });
    });
    if (transport === 'HTTP/2') {
      using client = await app.http2();
      client.send(h2.headers(1, h2.request('/')));
      await client.find(({ type }) => type === h2.HEADERS);
    } else {
      await using connection = await app.http1();
      connection.send(head('GET / HTTP/1.1'));
      await connection.until('\r\n\r\n');
    }
  }
});

test.each(WIRE_TRANSPORTS)(
  'any number of listeners for the end of an exchange is no leak: %s',
  async (transport) => {
    const warned: unknown[] = [];
    const warn = (warning: Error): unknown => warned.push(warning);
    process.on('warning', warn);
    let ended = 0;
    await using app = await AdapterUnderTest.start(transport, (exchange) => {
      for (let i = 0; i < 12; i++) exchange.onClose(() => (ended += 1));
      exchange.respond(200, { 'content-length': '0' }, null);
      // Behind the end, at once.
      exchange.onClose(() => setImmediate(() => exchange.onClose(() => (ended += 1))));
    });
    if (transport === 'HTTP/2') {
      using client = await app.http2();
      client.send(h2.headers(1, h2.request('/')));
      await client.outcome(1);
      await client.roundTrip();
    } else {
      await using connection = await app.http1();
      connection.send(head('GET / HTTP/1.1'));
      await connection.answer();
    }
    await expect.poll(() => ended).toBe(13);
    process.off('warning', warn);
    expect(warned).toEqual([]);
  },
);
