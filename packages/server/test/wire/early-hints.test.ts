import type { Exchange } from '@blaizejs/types/internal';
import { describe, expect, test } from 'vitest';

import { AdapterUnderTest } from './adapter-suite.ts';
import { head } from './http1-suite.ts';
import { HEADERS, headers, RawHttp2, request } from './raw-http2.ts';
import { HTTP1_TRANSPORTS } from './raw-http1.ts';

const LINK = '</style.css>; rel=preload; as=style';

function hinting(fields: Parameters<Exchange['inform']>[1]): (exchange: Exchange) => void {
  return (exchange) => {
    exchange.inform(103, fields);
    expect([exchange.responded, exchange.status]).toEqual([false, 0]);
    exchange.respond(200, { 'content-length': '2' }, 'ok');
    // Behind the head of an answer, Node would write it into the content.
    exchange.inform(103, fields);
    expect([exchange.responded, exchange.status]).toEqual([true, 200]);
  };
}

describe.each(HTTP1_TRANSPORTS)('early hints over HTTP/1.1, %s', (transport) => {
  test('come before the answer, and not behind it (RFC 8297)', async () => {
    const fields = { Link: [LINK, '</a>; rel=preload, </b>; rel=preload'], 'x-hint': ['1', '2'] };
    await using app = await AdapterUnderTest.start(transport, hinting(fields));
    await using connection = await app.http1();
    connection.send(head('GET / HTTP/1.1'), head('GET / HTTP/1.1'));
    for (let turn = 0; turn < 2; turn++) {
      const hint = await connection.answer();
      expect(hint.statusLine).toBe('HTTP/1.1 103 Early Hints');
      expect(hint.fields).toEqual({
        link: [`${LINK}, </a>; rel=preload, </b>; rel=preload`],
        'x-hint': ['1, 2'],
      });
      expect(await connection.answer()).toMatchObject({ status: 200, content: 'ok' });
    }
    expect(connection.received).toBe('');
  });

  test('are not sent over HTTP/1.0 (RFC 9110 section 15.2)', async () => {
    await using app = await AdapterUnderTest.start(transport, hinting({ link: LINK }));
    await using connection = await app.http1();
    connection.send(head('GET / HTTP/1.0'));
    expect((await connection.answer()).status).toBe(200);
  });

  test.each([
    ['without a link', { 'x-hint': '1' }],
    ['with a link that Node does not know', { link: '</a>; title="a b"' }],
    ['of framing', { link: undefined, 'content-length': '5', 'transfer-encoding': 'chunked' }],
  ])('are left out %s', async (_name, fields) => {
    await using app = await AdapterUnderTest.start(transport, hinting(fields));
    await using connection = await app.http1();
    connection.send(head('GET / HTTP/1.1'));
    expect((await connection.answer()).status).toBe(200);
  });
});

describe('early hints over HTTP/2', () => {
  test('come before the answer, and not behind it', async () => {
    const fields = { link: [LINK, '</b>; rel=preload'], 'content-length': '5', connection: 'close' };
    await using app = await AdapterUnderTest.start('HTTP/2', hinting(fields));
    using client = await RawHttp2.open({ server: { port: app.port } });
    client.send(headers(1, request('/')));
    expect(await client.outcome(1)).toEqual({ status: 200, content: 'ok', end: 'complete' });
    expect(client.heads(1)).toEqual([103, 200]);
    expect(client.frames.filter(({ type }) => type === HEADERS)).toHaveLength(2);
  });

  test('are not sent on a stream that is reset', async () => {
    await using app = await AdapterUnderTest.start('HTTP/2', (exchange) => {
      exchange.abort();
      exchange.inform(103, { link: LINK });
    });
    using client = await RawHttp2.open({ server: { port: app.port } });
    client.send(headers(1, request('/')));
    expect((await client.outcome(1)).end).toBe('RST_STREAM INTERNAL_ERROR');
    expect(client.heads(1)).toEqual([]);
  });
});

describe.each(['cleartext', 'HTTP/2'] as const)('an early hint that is not valid, %s', (transport) => {
  test.each([
    ['a line break in a link', { link: '<\r\nx-injected: 1>' }],
    ['a line break', { link: LINK, 'x-a': 'a\r\nx-injected: 1' }],
    ['a line break in a list', { link: [LINK, '</a>\r\n\r\n'] }],
    ['a name with a line break', { link: LINK, 'x-a\r\nx-injected': '1' }],
  ])('throws, and sends nothing: %s', async (_name, fields) => {
    let code: unknown;
    await using app = await AdapterUnderTest.start(transport, (exchange) => {
      try {
        exchange.inform(103, fields);
      } catch (error) {
        code = (error as NodeJS.ErrnoException).code;
      }
      exchange.respond(200, { 'content-length': '0' }, null);
    });
    if (transport === 'HTTP/2') {
      using client = await app.http2();
      client.send(headers(1, request('/')));
      expect(await client.outcome(1)).toMatchObject({ status: 200 });
      expect(client.heads(1)).toEqual([200]);
    } else {
      await using connection = await app.http1();
      connection.send(head('GET / HTTP/1.1'));
      expect((await connection.answer()).status).toBe(200);
    }
    expect(code).toMatch(/^ERR_(?:INVALID_CHAR|INVALID_HTTP_TOKEN)$/);
  });
});
