import { once } from 'node:events';
import type { Duplex } from 'node:stream';

import type { HeaderFields } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';
import { describe, expect, test } from 'vitest';

import { type AdapterOptions, AdapterUnderTest } from './adapter-suite.ts';
import { head } from './http1-suite.ts';
import { HTTP1_TRANSPORTS } from './raw-http1.ts';

const UPGRADE = ['Connection: Upgrade', 'Upgrade: WebSocket'] as const;
const HANDSHAKE = head('GET /chat HTTP/1.1', ...UPGRADE);
const TAKEN: AdapterOptions = {
  takesTunnel: (method, target, protocol) => `${method} ${target} ${protocol}` === 'GET /chat websocket',
};

/** Accepts tunnels and gives all back that comes through them; answers all else with the content of the request. */
function echoing(exchange: Exchange): void {
  const { tunnel } = exchange;
  if (tunnel) {
    echo(
      tunnel.accept({
        'sec-websocket-accept': 'x',
        'X-List': ['1', '2'],
        connection: 'close',
        'content-length': '1',
      }),
    );
    return;
  }
  const chunks: Buffer[] = [];
  exchange
    .body()
    .on('data', (chunk: Buffer) => chunks.push(chunk))
    .on('end', () => exchange.respond(200, {}, Buffer.concat(chunks)));
}

function echo(socket: Duplex): void {
  socket.on('data', (chunk) => socket.write(chunk)).on('end', () => socket.end());
}

describe.each(HTTP1_TRANSPORTS)('a tunnel over HTTP/1.1, %s', (transport) => {
  test('begins with 101, and gives what came behind the request (RFC 9110 section 7.8)', async () => {
    const exchanges: Exchange[] = [];
    let closed = 0;
    await using app = await AdapterUnderTest.start(
      transport,
      (exchange) => {
        exchanges.push(exchange);
        exchange.onClose(() => (closed += 1));
        expect(exchange).toMatchObject({ method: 'GET', hasBody: false, responded: false, status: 0 });
        expect(exchange.tunnel?.protocol).toBe('websocket');
        echoing(exchange);
      },
      TAKEN,
    );
    await using connection = await app.http1(true);
    connection.send(HANDSHAKE, 'first');
    const answer = await connection.answer();
    expect(answer.statusLine).toBe('HTTP/1.1 101 Switching Protocols');
    expect(answer.fields).toEqual({
      connection: ['upgrade'],
      upgrade: ['websocket'],
      'sec-websocket-accept': ['x'],
      'x-list': ['1', '2'],
    });
    expect(await connection.until('first')).toBe('first');
    connection.send('second');
    expect(await connection.until('second')).toBe('second');
    expect(exchanges).toMatchObject([{ responded: true, status: 101, aborted: false }]);
    expect([closed, app.adapter.stats().connections]).toEqual([0, 1]);
    connection.socket.end();
    expect(await connection.ended()).toBe('');
    await expect.poll(() => closed).toBe(1);
    expect(exchanges[0]?.aborted).toBe(false);
    expect(app.refusals).toEqual([]);
  });

  test('tells of a client that leaves', async () => {
    let left: unknown;
    await using app = await AdapterUnderTest.start(
      transport,
      (exchange) => {
        exchange.onClose(() => (left = exchange.aborted));
        exchange.tunnel?.accept({}).resume();
      },
      TAKEN,
    );
    await using connection = await app.http1();
    connection.send(HANDSHAKE);
    await connection.answer();
    connection.socket.destroy();
    // It can end its side in peace, and nobody has done so here.
    for (const socket of app.sockets) socket.destroy();
    await expect.poll(() => left).toBe(true);
  });

  test('outlives the limits for requests and idle connections, and a stop; destroy() cuts it', async () => {
    const limits = { headersTimeout: 30, requestTimeout: 30, keepAliveTimeout: 30, handshakeTimeout: 5000 };
    await using app = await AdapterUnderTest.start(transport, echoing, { ...TAKEN, limits });
    await using tunnel = await app.http1();
    tunnel.send(HANDSHAKE);
    await tunnel.answer();
    // Node lets an idle connection last a second longer than it is told to.
    await using idle = await app.http1();
    idle.send(head('GET / HTTP/1.1'));
    await idle.answer();
    await idle.ended();
    tunnel.send('a');
    expect(await tunnel.until('a')).toBe('a');
    await using last = await app.http1();
    last.send(head('GET / HTTP/1.1'));
    await last.answer();
    const drained = app.adapter.drain();
    await last.ended();
    tunnel.send('b');
    expect(await tunnel.until('b')).toBe('b');
    app.adapter.destroy();
    await tunnel.ended().catch(() => undefined);
    await drained;
  });

  test('may be refused with any answer, which is the last of its connection', async () => {
    let closed = 0;
    await using app = await AdapterUnderTest.start(
      transport,
      (exchange) => {
        exchange.onClose(() => (closed += 1));
        setImmediate(() => exchange.respond(401, { 'content-length': '2' }, 'no'));
      },
      TAKEN,
    );
    await using connection = await app.http1();
    connection.send(HANDSHAKE, HANDSHAKE);
    const answer = await connection.answer();
    expect(answer).toMatchObject({ status: 401, content: 'no' });
    expect(answer.fields.connection).toEqual(['close']);
    expect(await connection.ended()).toBe('');
    expect(closed).toBe(1);
  });

  test('may be refused with a stream', async () => {
    await using app = await AdapterUnderTest.start(
      transport,
      (exchange) => {
        const sink = exchange.respondStream(403, {});
        sink.write('no');
        sink.end('pe');
      },
      TAKEN,
    );
    await using connection = await app.http1();
    connection.send(HANDSHAKE);
    expect(await connection.answer()).toMatchObject({ status: 403, content: 'nope' });
    await connection.ended();
  });

  test.each<[string, (exchange: Exchange) => void]>([
    ['twice', (exchange) => exchange.tunnel?.accept({}).end()],
    ['behind an answer', (exchange) => exchange.respond(200, {}, 'ok')],
    ['when the client has left', (exchange) => exchange.abort()],
  ])('is not accepted %s', async (_name, first) => {
    let code: unknown;
    await using app = await AdapterUnderTest.start(
      transport,
      (exchange) => {
        first(exchange);
        code = codeOf(() => exchange.tunnel?.accept({}));
      },
      TAKEN,
    );
    await using connection = await app.http1();
    connection.send(HANDSHAKE);
    await connection.ended().catch(() => undefined);
    expect(code).toBe('ERR_BLAIZE_TUNNEL');
  });

  test.each<[string, HeaderFields]>([
    ['a value', { 'x-a': 'a\r\nx-injected: 1' }],
    ['a name', { 'x-a: 1\r\nx-injected': '1' }],
  ])('is not accepted with a line break in %s, and can be answered', async (_name, fields) => {
    let code: unknown;
    await using app = await AdapterUnderTest.start(
      transport,
      (exchange) => {
        code = codeOf(() => exchange.tunnel?.accept(fields));
        exchange.respond(500, { 'content-length': '0' }, null);
      },
      TAKEN,
    );
    await using connection = await app.http1();
    connection.send(HANDSHAKE);
    expect((await connection.answer()).status).toBe(500);
    expect(code).toMatch(/^ERR_INVALID_/);
  });

  describe.each<[string, AdapterOptions]>([
    ['no tunnels', {}],
    ['tunnels elsewhere', TAKEN],
  ])('with %s, an Upgrade is ignored', (_name, options) => {
    test.each([
      ['to websocket', head('GET /other HTTP/1.1', ...UPGRADE), ''],
      [
        'to h2c',
        head(
          'GET /chat HTTP/1.1',
          'Connection: Upgrade, HTTP2-Settings',
          'Upgrade: h2c',
          'HTTP2-Settings: AA',
        ),
        '',
      ],
      [
        'to several protocols',
        head('GET /chat HTTP/1.1', 'Connection: upgrade', 'Upgrade: websocket, h2c'),
        '',
      ],
      ['with content', `${head('POST /chat HTTP/1.1', ...UPGRADE, 'Content-Length: 5')}hello`, 'hello'],
      [
        'with content of a GET',
        `${head('GET /chat HTTP/1.1', ...UPGRADE, 'Content-Length: 5')}hello`,
        'hello',
      ],
      [
        'with chunked content',
        `${head('GET /chat HTTP/1.1', ...UPGRADE, 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`,
        'hello',
      ],
    ])('%s', async (_what, bytes, content) => {
      await using app = await AdapterUnderTest.start(transport, echoing, options);
      await using connection = await app.http1();
      for (let turn = 0; turn < 2; turn++) {
        connection.send(bytes);
        expect(await connection.answer()).toMatchObject({ status: 200, content });
      }
      expect(connection.received).toBe('');
    });

    test('with requests behind it in one piece', async () => {
      const warned: unknown[] = [];
      const warn = (warning: Error): unknown => warned.push(warning);
      process.on('warning', warn);
      await using app = await AdapterUnderTest.start(transport, echoing, options);
      await using connection = await app.http1();
      const ignored = [
        head('GET /other HTTP/1.1', ...UPGRADE),
        `${head('POST /chat HTTP/1.1', ...UPGRADE, 'Content-Length: 5')}hello`,
        `${head('POST /chat HTTP/1.1', ...UPGRADE, 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`,
        `${head('POST / HTTP/1.1', 'Content-Length: 5')}hello`,
      ];
      const requests = Array.from({ length: 24 }, (_, index) => ignored[index % 4] ?? '');
      connection.send(...requests);
      for (const index of requests.keys()) {
        expect(await connection.answer()).toMatchObject({
          status: 200,
          content: index % 4 === 0 ? '' : 'hello',
        });
      }
      expect(connection.received).toBe('');
      process.off('warning', warn);
      expect(warned).toEqual([]);
    });

    test('and its connection may be idle as long as others', async () => {
      const limits = { headersTimeout: 40, requestTimeout: 40, keepAliveTimeout: 50 };
      await using app = await AdapterUnderTest.start(transport, echoing, { ...options, limits });
      await using connection = await app.http1();
      connection.send(head('GET /other HTTP/1.1', ...UPGRADE));
      expect((await connection.answer()).status).toBe(200);
      expect(await connection.ended()).toBe('');
      expect(app.hits.counts).toMatchObject({ keepAliveTimeout: 1, headersTimeout: 0, requestTimeout: 0 });
    });

    test('and the limits for requests hold behind it', async () => {
      const limits = { headersTimeout: 40, requestTimeout: 40, keepAliveTimeout: 5000 };
      await using app = await AdapterUnderTest.start(transport, echoing, { ...options, limits });
      await using connection = await app.http1();
      connection.send(head('GET /other HTTP/1.1', ...UPGRADE));
      expect((await connection.answer()).status).toBe(200);
      connection.send('GET / HTTP/1.1\r\n');
      expect((await connection.answer()).status).toBe(408);
      expect(app.hits.counts).toMatchObject({ keepAliveTimeout: 0, headersTimeout: 1 });
    });

    test('over HTTP/1.0', async () => {
      await using app = await AdapterUnderTest.start(transport, echoing, options);
      await using connection = await app.http1();
      connection.send(`GET /chat HTTP/1.0\r\n${UPGRADE.join('\r\n')}\r\n\r\n`);
      expect((await connection.answer()).status).toBe(200);
    });

    test('behind a request that is not answered yet', async () => {
      const waiting: Exchange[] = [];
      await using app = await AdapterUnderTest.start(
        transport,
        (exchange) => void waiting.push(exchange),
        options,
      );
      await using connection = await app.http1();
      connection.send(head('GET /slow HTTP/1.1'), HANDSHAKE);
      await expect.poll(() => waiting.length).toBe(2);
      expect(waiting.map(({ tunnel }) => tunnel)).toEqual([undefined, undefined]);
      for (const [index, exchange] of waiting.entries()) exchange.respond(200, {}, String(index));
      for (const content of ['0', '1']) expect(await connection.answer()).toMatchObject({ content });
    });

    test('if the request is refused', async () => {
      await using app = await AdapterUnderTest.start(transport, echoing, options);
      await using connection = await app.http1();
      connection.send(`GET /chat HTTP/1.1\r\nHost: a b\r\n${UPGRADE.join('\r\n')}\r\n\r\n`);
      expect((await connection.answer()).status).toBe(400);
      expect(app.refusals).toHaveLength(1);
    });
  });
});

test('a tunnel takes a request whose target is a whole URL', async () => {
  await using app = await AdapterUnderTest.start('cleartext', echoing, TAKEN);
  await using connection = await app.http1();
  connection.send(head('GET http://localhost/chat HTTP/1.1', ...UPGRADE));
  expect((await connection.answer()).status).toBe(101);
  const closed = once(connection.socket, 'close');
  connection.socket.end();
  await closed;
});

function codeOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}
