import { PassThrough } from 'node:stream';

import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';

import type { Exchange } from '@blaizejs/types/internal';

import { contextOf, contextOver, exchangeWith } from '../test/contexts.ts';
import { silentLogger } from './create-context.ts';
import type { RequestSide } from './request.ts';

function requestOf(url: string, init?: RequestInit): RequestSide {
  return contextOf(new Request(url, init)).request;
}

/** A request as another adapter would hand it over. */
function received(parts: Partial<Exchange>): RequestSide {
  return contextOver(exchangeWith(parts)).request;
}

test('is what was sent', () => {
  const raw = new Request('https://example.com:8443/a%20b/c?x=1&y', { method: 'DELETE' });
  const { request } = contextOf(raw, { params: { id: '7' } });
  expect(request).toMatchObject({
    method: 'DELETE',
    path: '/a%20b/c',
    params: { id: '7' },
    body: undefined,
    protocol: 'HTTP/1.1',
    isHttp2: false,
    ip: '',
  });
  expect(request.raw).toBe(raw);
  expect(request.url.href).toBe('https://example.com:8443/a%20b/c?x=1&y');
  expect({ ...request.query }).toEqual({ x: '1', y: '' });
  expect(received({ protocol: 'HTTP/2', remoteAddress: '::1' })).toMatchObject({ isHttp2: true, ip: '::1' });
});

test('what is made when first read is made once', () => {
  const request = requestOf('http://localhost/?a=1', { headers: { cookie: 'a=1' } });
  for (const part of ['url', 'query', 'headers', 'cookies', 'correlationId', 'signal'] as const) {
    expect(request[part]).toBe(request[part]);
  }
});

describe('url', () => {
  test('keeps the host whatever the target begins with', () => {
    for (const target of ['//evil.example/x', '/\\evil.example/x', '///evil.example', '/@evil.example']) {
      expect(received({ authority: 'good.example:1', target }).url.host).toBe('good.example:1');
    }
    expect(received({ authority: 'good.example', target: '//evil.example/x?y' }).url.href).toBe(
      'http://good.example//evil.example/x?y',
    );
  });

  test.each([
    '',
    'a b',
    'host:99999',
    '[::1',
    '%',
    'a/b',
    'a?b',
    'a#b',
    'user@host',
    'a\\b',
    '/',
    '\t',
    'a\0',
  ])('is of localhost where the authority is %j', (authority) => {
    expect(received({ authority, target: '/x?y=1' }).url.href).toBe('http://localhost/x?y=1');
  });

  test.each(['example.com', 'example.com:8080', '127.0.0.1:3000', '[::1]:3000', 'xn--bcher-kva.example'])(
    'is of %s',
    (authority) => {
      expect(received({ authority, scheme: 'https', target: '/' }).url.href).toBe(`https://${authority}/`);
    },
  );

  test('of OPTIONS * is the root', () => {
    expect(received({ authority: 'a.example', target: '*' }).url.href).toBe('http://a.example/');
  });

  test('can always be made, and has the path of the target', () => {
    const anything = fc.string({ unit: 'binary-ascii' });
    fc.assert(
      fc.property(anything, anything, (authority, rest) => {
        const { url } = received({ authority, target: `/path?${rest}` });
        expect(url.pathname).toBe('/path');
      }),
    );
    fc.assert(
      fc.property(anything, (rest) => {
        expect(received({ authority: 'good.example', target: `/${rest}` }).url.host).toBe('good.example');
      }),
    );
  });
});

describe('headers', () => {
  test('are read by name in any case', () => {
    const request = requestOf('http://localhost/', { headers: { 'X-Any': 'a' } });
    expect(request.header('x-ANY')).toBe('a');
    expect(request.header('missing')).toBeUndefined();
    expect(request.headers.get('x-any')).toBe('a');
    for (const name of ['constructor', '__proto__', 'toString']) expect(request.header(name)).toBeUndefined();
  });

  test('that repeat are joined; pseudo header fields are none', () => {
    const headers = { ':path': '/', via: ['a', 'b'], gone: undefined };
    const request = received({ headers });
    expect(request.header('via')).toBe('a, b');
    expect(request.header(':path')).toBeUndefined();
    expect([...request.headers]).toEqual([
      ['host', 'localhost'],
      ['via', 'a, b'],
    ]);
  });

  test('have the host with either protocol, and no trace of their prototype', () => {
    const request = received({
      authority: 'example.com:8443',
      headers: { ':authority': 'example.com:8443' },
    });
    expect(request.header('Host')).toBe('example.com:8443');
    expect(request.headers.get('host')).toBe('example.com:8443');
    expect(received({ headers: {} }).header('constructor')).toBeUndefined();
  });
});

describe('cookies', () => {
  test('are decoded, and inherit nothing', () => {
    const { cookies } = requestOf('http://localhost/', {
      headers: { cookie: 'a=1; b="x y"; c=%C3%A9; d=%zz; __proto__=p; constructor=q; a=2' },
    });
    expect(Object.entries(cookies)).toEqual([
      ['a', '1'],
      ['b', 'x y'],
      ['c', 'é'],
      ['d', '%zz'],
      ['__proto__', 'p'],
      ['constructor', 'q'],
    ]);
    expect(cookies.toString).toBeUndefined();
  });

  // RFC 6265 section 4.1.1: quotes are the syntax of a value, as Java, Python and Go write it.
  test.each([
    ['a="b"', 'b'],
    ['a="b c; d=1', '"b c'],
    ['a=b"', 'b"'],
    ['a="', '"'],
    ['a=""', ''],
    ['a="%22b%22"', '"b"'],
    ['a=%22b%22', '"b"'],
    ['a=""b""', '"b"'],
  ])('%s is %s', (cookie, value) => {
    expect(requestOf('http://localhost/', { headers: { cookie } }).cookies['a']).toBe(value);
  });

  test('there may be none', () => {
    expect({ ...requestOf('http://localhost/').cookies }).toEqual({});
  });
});

test('query can be replaced by what a schema made of it', () => {
  const request = requestOf('http://localhost/?limit=3');
  request.query = { limit: ['3'] };
  expect(request.query).toEqual({ limit: ['3'] });
});

describe('correlationId', () => {
  const idOf = (sent: string) =>
    requestOf('http://localhost/', { headers: { 'x-correlation-id': sent } }).correlationId;
  const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

  test.each(['abc', '7f3.a_b:c-D', 'x'.repeat(128)])('is taken from the request: %s', (id) => {
    expect(idOf(id)).toBe(id);
  });

  test.each(['', 'a b', 'x'.repeat(129), '<script>', 'é', 'a,b', '{"a":1}'])('is a new UUID for %j', (id) => {
    expect(idOf(id)).toMatch(UUID);
    expect(idOf(id)).not.toBe(idOf(id));
  });

  test('is on every line of the log', () => {
    const lines: unknown[] = [];
    const log = {
      ...silentLogger,
      child: (fields: object) => ({ ...silentLogger, info: (line: unknown) => lines.push([fields, line]) }),
    };
    const request = new Request('http://localhost/', { headers: { 'x-correlation-id': 'abc' } });
    const ctx = contextOf(request, { log });
    ctx.log.info('hello');
    ctx.log.info('again');
    expect(lines).toEqual([
      [{ correlationId: 'abc' }, 'hello'],
      [{ correlationId: 'abc' }, 'again'],
    ]);
    expect(ctx.log).toBe(ctx.log);
  });
});

describe('signal', () => {
  test('aborts when the client leaves', () => {
    const client = new AbortController();
    const { signal } = requestOf('http://localhost/', { signal: client.signal });
    expect(signal.aborted).toBe(false);
    client.abort();
    expect(signal.aborted).toBe(true);
  });

  test('is aborted where the client has left before', () => {
    expect(requestOf('http://localhost/', { signal: AbortSignal.abort() }).signal.aborted).toBe(true);
  });
});

describe('a request that the server gives up', () => {
  const reason = new Error('too slow');

  test('has its signal aborted, with the reason, read before or after', () => {
    const before = requestOf('http://localhost/');
    const { signal } = before;
    expect([before.abandoned, signal.aborted]).toEqual([undefined, false]);
    before.abandon(reason);
    expect([before.abandoned, signal.aborted, signal.reason]).toEqual([reason, true, reason]);

    const after = requestOf('http://localhost/');
    after.abandon(reason);
    expect([after.signal.aborted, after.signal.reason]).toEqual([true, reason]);
  });
});

test('trailers and TLS are what the exchange has', () => {
  const requestTrailers = { digest: 'x' };
  const peer = { protocol: 'TLSv1.3' } as NonNullable<Exchange['peer']>;
  const request = received({ requestTrailers, peer });
  expect([request.trailers, request.tls]).toEqual([requestTrailers, peer]);
  expect([requestOf('http://localhost/').trailers, requestOf('http://localhost/').tls]).toEqual([
    undefined,
    undefined,
  ]);
});

describe('tunnel', () => {
  test('is there if the client asks for one, and is accepted with valid headers', () => {
    const end = new PassThrough();
    const accept = vi.fn(() => end);
    const request = received({ tunnel: { protocol: 'websocket', accept } });
    expect(request.tunnel).toBe(request.tunnel);
    expect(request.tunnel?.protocol).toBe('websocket');
    expect(() => request.tunnel?.accept({ 'x-a': 'a\r\nb' })).toThrow(TypeError);
    expect(accept).not.toHaveBeenCalled();
    const headers = { 'Sec-WebSocket-Protocol': 'chat', gone: undefined, connection: 'close', trailer: 'x' };
    expect(request.tunnel?.accept(headers)).toBe(end);
    const sent = { 'sec-websocket-protocol': 'chat', connection: 'close' };
    expect(accept).toHaveBeenCalledWith(sent, expect.any(Function));
    expect(requestOf('http://localhost/').tunnel).toBeUndefined();
  });
});

test('with proxies that are trusted, it is from whom they say, found out once', () => {
  const client = { remoteAddress: '192.0.2.1', scheme: 'https', authority: 'app.example' } as const;
  const trustProxy = vi.fn(() => client);
  const { request } = contextOver(exchangeWith({ target: '/x', remoteAddress: '10.0.0.1' }), { trustProxy });
  expect([request.ip, request.scheme, request.authority, request.url.href]).toEqual([
    '192.0.2.1',
    'https',
    'app.example',
    'https://app.example/x',
  ]);
  expect(trustProxy).toHaveBeenCalledOnce();
});
