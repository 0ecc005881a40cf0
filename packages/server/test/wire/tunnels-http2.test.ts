import type { Exchange } from '@blaizejs/types/internal';
import { describe, expect, test } from 'vitest';

import { type AdapterOptions, AdapterUnderTest } from './adapter-suite.ts';
import type { Field } from './hpack.ts';
import * as h2 from './raw-http2.ts';

const ENABLE_CONNECT_PROTOCOL = 8;
const TAKEN: AdapterOptions = {
  takesTunnel: (method, target, protocol) => `${method} ${target} ${protocol}` === 'GET /chat websocket',
};

function connect(path = '/chat', ...without: readonly string[]): Field[] {
  const fields: Field[] = [
    [':method', 'CONNECT'],
    [':protocol', 'WebSocket'],
    [':scheme', 'https'],
    [':path', path],
    [':authority', 'localhost'],
  ];
  return fields.filter(([name]) => !without.includes(name));
}

const open = (stream: number, fields = connect()): Buffer => h2.headers(stream, fields, h2.END_HEADERS);

function echoing({ tunnel }: Exchange): void {
  const stream = tunnel?.accept({
    'sec-websocket-protocol': 'x',
    connection: 'close',
    'content-length': '1',
  });
  stream?.on('data', (chunk) => stream.write(chunk)).on('end', () => stream.end());
}

describe('a tunnel over HTTP/2 (RFC 8441)', () => {
  test.each([
    ['without routes for it', {}],
    ['with routes for it', TAKEN],
  ])('is announced in the first SETTINGS %s', async (_name, options) => {
    await using app = await AdapterUnderTest.start('HTTP/2', echoing, options);
    using client = await app.http2();
    const [first] = client.frames;
    expect(first?.type).toBe(h2.SETTINGS);
    const settings = new Map<number, number>();
    for (let at = 0; first && at < first.payload.length; at += 6) {
      settings.set(first.payload.readUInt16BE(at), first.payload.readUInt32BE(at + 2));
    }
    expect(settings.get(ENABLE_CONNECT_PROTOCOL)).toBe(1);
  });

  test('begins with 200, and ends when both sides have', async () => {
    const exchanges: Exchange[] = [];
    let closed = 0;
    await using app = await AdapterUnderTest.start(
      'HTTP/2',
      (exchange) => {
        exchanges.push(exchange);
        exchange.onClose(() => (closed += 1));
        expect(exchange).toMatchObject({
          method: 'GET',
          target: '/chat',
          authority: 'localhost',
          hasBody: false,
          receiving: false,
          responded: false,
          status: 0,
        });
        expect(exchange.tunnel?.protocol).toBe('websocket');
        echoing(exchange);
      },
      TAKEN,
    );
    using client = await app.http2();
    client.send(open(1), h2.data(1, 'first'));
    await client.until(() => client.content(1).toString() === 'first');
    expect(client.heads(1)).toEqual([200]);
    expect(exchanges).toMatchObject([{ responded: true, status: 200, aborted: false }]);
    expect(app.adapter.stats()).toMatchObject({ sessions: 1, streams: 1, handshakes: 0 });
    expect(closed).toBe(0);
    client.send(h2.data(1, ' last', h2.END_STREAM));
    expect(await client.outcome(1)).toEqual({ status: 200, content: 'first last', end: 'complete' });
    await client.roundTrip();
    expect([closed, exchanges[0]?.aborted]).toEqual([1, false]);
    expect(app.adapter.stats()).toMatchObject({ sessions: 1, streams: 0 });
  });

  test('tells of a client that resets it', async () => {
    let left: unknown;
    await using app = await AdapterUnderTest.start(
      'HTTP/2',
      (exchange) => {
        exchange.onClose(() => (left = exchange.aborted));
        echoing(exchange);
      },
      TAKEN,
    );
    using client = await app.http2();
    client.send(open(1));
    await client.until(() => client.heads(1).length > 0);
    client.send(h2.reset(1, 8));
    await client.roundTrip();
    expect(left).toBe(true);
  });

  test('outlives the limits for requests and idle connections, and a stop; destroy() cuts it', async () => {
    const limits = { headersTimeout: 30, requestTimeout: 30, keepAliveTimeout: 30 };
    await using app = await AdapterUnderTest.start('HTTP/2', echoing, { ...TAKEN, limits });
    using client = await app.http2();
    client.send(open(1));
    await client.until(() => client.heads(1).length > 0);
    // As long as idle connections last. A client that takes something answers PINGs.
    for (let turn = 0; turn < 3; turn++) {
      using idle = await app.http2();
      await idle.end();
      await client.roundTrip();
    }
    client.send(h2.data(1, 'a'));
    await client.until(() => client.content(1).toString() === 'a');
    const drained = app.adapter.drain();
    await client.find(({ type }) => type === h2.GOAWAY);
    client.send(h2.data(1, 'b'));
    await client.until(() => client.content(1).toString() === 'ab');
    app.adapter.destroy();
    await client.end();
    await drained;
    expect(app.refusals).toEqual([]);
  });

  test.each([
    ['in one piece', (exchange: Exchange): void => exchange.respond(401, { 'content-length': '2' }, 'no')],
    ['without content', (exchange: Exchange): void => exchange.respond(401, { 'content-length': '0' }, null)],
    ['as a stream', (exchange: Exchange): void => void exchange.respondStream(401, {}).end('no')],
  ])('may be refused with any answer: %s', async (name, handle) => {
    await using app = await AdapterUnderTest.start('HTTP/2', handle, TAKEN);
    using client = await app.http2();
    client.send(open(1));
    const content = name === 'without content' ? '' : 'no';
    expect(await client.outcome(1)).toEqual({ status: 401, content, end: 'complete' });
    // The client's side is ended, too.
    const last = await client.find(({ type }) => type === h2.RST_STREAM);
    expect(last && h2.errorOf(last)).toBe('NO_ERROR');
    expect(app.adapter.stats().streams).toBe(0);
  });

  test.each<[string, Field[]]>([
    ['if no route takes it', connect('/other')],
    ['without a protocol', connect('/chat', ':protocol', ':scheme', ':path')],
  ])('gets 501 %s', async (_name, fields) => {
    await using app = await AdapterUnderTest.start('HTTP/2', echoing, TAKEN);
    using client = await app.http2();
    client.send(open(1, fields));
    expect(await client.outcome(1)).toMatchObject({ status: 501, end: 'complete' });
    expect(app.refusals).toMatchObject([{ status: 501, expose: true }]);
  });

  test.each([[':scheme'], [':path'], [':authority']])('is malformed without %s', async (name) => {
    await using app = await AdapterUnderTest.start('HTTP/2', echoing, TAKEN);
    using client = await app.http2();
    client.send(open(1, connect('/chat', name)));
    expect((await client.outcome(1)).end).toBe('RST_STREAM PROTOCOL_ERROR');
  });

  test('is malformed with another method', async () => {
    await using app = await AdapterUnderTest.start('HTTP/2', echoing, TAKEN);
    using client = await app.http2();
    client.send(open(1, [...h2.request('/chat'), [':protocol', 'websocket']]));
    expect((await client.outcome(1)).end).toBe('RST_STREAM PROTOCOL_ERROR');
  });

  test.each<[string, (exchange: Exchange) => void]>([
    ['twice', echoing],
    ['behind an answer', (exchange) => exchange.respond(200, {}, 'ok')],
    ['when it was given up', (exchange) => exchange.abort()],
  ])('is not accepted %s', async (_name, first) => {
    let code: unknown;
    await using app = await AdapterUnderTest.start(
      'HTTP/2',
      (exchange) => {
        first(exchange);
        try {
          exchange.tunnel?.accept({});
        } catch (error) {
          code = (error as NodeJS.ErrnoException).code;
        }
      },
      TAKEN,
    );
    using client = await app.http2();
    client.send(open(1));
    await client.roundTrip();
    expect(code).toBe('ERR_BLAIZE_TUNNEL');
  });

  test('is not accepted with a line break in a field, and can be answered', async () => {
    let code: unknown;
    await using app = await AdapterUnderTest.start(
      'HTTP/2',
      (exchange) => {
        try {
          exchange.tunnel?.accept({ 'x-a': 'a\r\nb' });
        } catch (error) {
          code = (error as NodeJS.ErrnoException).code;
        }
        exchange.respond(500, {}, null);
      },
      TAKEN,
    );
    using client = await app.http2();
    client.send(open(1));
    expect((await client.outcome(1)).status).toBe(500);
    expect(code).toBe('ERR_INVALID_CHAR');
  });
});
