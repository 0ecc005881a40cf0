import { RequestContext, silentLogger, WebExchange } from '@blaizejs/context/internal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { HeaderFields } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import { compileTrustProxy } from './forwarded.ts';
import type { TrustProxyOption } from './trusted-proxies.ts';

const PROXIES = ['10.0.0.0/8', 'fd00::/8'];

interface Arrived {
  readonly headers?: HeaderFields;
  readonly from?: string | undefined;
  readonly scheme?: 'http' | 'https';
  readonly authority?: string;
}

/** A request from the address `from`, as a handler sees it. */
function arrived(trustProxy: TrustProxyOption, parts: Arrived): RequestContext {
  const { headers = {}, scheme = 'http', authority = 'app.internal:3000' } = parts;
  const remoteAddress = 'from' in parts ? parts.from : '10.0.0.1';
  const exchange: Exchange = Object.defineProperties(
    new WebExchange(new Request('http://localhost/')),
    Object.getOwnPropertyDescriptors({ headers, scheme, authority, remoteAddress, responded: false }),
  );
  return new RequestContext(exchange, {
    bodyLimit: 10,
    services: {},
    log: silentLogger,
    trustProxy: compileTrustProxy(trustProxy),
  });
}

/** The address and origin of a request. */
function seen(trustProxy: TrustProxyOption, headers: HeaderFields, parts: Arrived = {}): string {
  const { ip, url } = arrived(trustProxy, { headers, ...parts }).request;
  return `${ip} ${url.origin}`;
}

const xFor = (text: string): HeaderFields => ({ 'x-forwarded-for': text });
const forwarded = (text: string): HeaderFields => ({ forwarded: text });
const ALL = {
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'shop.example',
};

describe('trust', () => {
  test.each([
    ['X-Forwarded-*', ALL],
    ['Forwarded', forwarded('for=203.0.113.7;proto=https;host=shop.example')],
  ])('%s is ignored unless a trusted proxy sends it', (_fields, headers) => {
    expect(seen(false, headers)).toBe('10.0.0.1 http://app.internal:3000');
    expect(seen([], headers)).toBe('10.0.0.1 http://app.internal:3000');
    expect(seen(PROXIES, headers, { from: '198.51.100.1' })).toBe('198.51.100.1 http://app.internal:3000');
    expect(seen(PROXIES, headers)).toBe('203.0.113.7 https://shop.example');
    expect(seen(PROXIES, headers, { from: 'fd00::1' })).toBe('203.0.113.7 https://shop.example');
    expect(seen(PROXIES, headers, { from: '::ffff:10.0.0.1' })).toBe('203.0.113.7 https://shop.example');
  });

  test('a peer without an address (a unix socket, in process) is trusted only if proxies are counted', () => {
    expect(seen(['loopback', 'uniquelocal'], ALL, { from: undefined })).toBe(' http://app.internal:3000');
    expect(seen(1, ALL, { from: undefined })).toBe('203.0.113.7 https://shop.example');
  });

  test('a trusted proxy that sends no headers is the client', () => {
    expect(seen(PROXIES, {})).toBe('10.0.0.1 http://app.internal:3000');
    expect(seen(3, {})).toBe('10.0.0.1 http://app.internal:3000');
    expect(seen(PROXIES, xFor(''))).toBe('10.0.0.1 http://app.internal:3000');
  });

  test('headers are read only once', () => {
    let asked = 0;
    const headers = Object.defineProperty({ ...ALL }, 'x-forwarded-for', {
      get: () => {
        asked += 1;
        return '203.0.113.7';
      },
    });
    const { request } = arrived(1, { headers });
    expect([asked, request.ip, request.ip, request.url.protocol, request.scheme, asked]).toEqual([
      0,
      '203.0.113.7',
      '203.0.113.7',
      'https:',
      'https',
      1,
    ]);
  });
});

describe('the address', () => {
  test.each([
    // The client's own entries come first, and may be forged.
    ['10.9.9.9, 203.0.113.7', '203.0.113.7'],
    ['198.51.100.9, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
    ['198.51.100.9, 203.0.113.7, fd00::2, 10.0.0.2', '203.0.113.7'],
    ['203.0.113.7, ::ffff:10.0.0.2', '203.0.113.7'],
    ['203.0.113.7, ::FFFF:0a00:2', '203.0.113.7'],
    // If all are proxies, the furthest one counts.
    ['10.0.0.4, 10.0.0.3, 10.0.0.2', '10.0.0.4'],
    ['2001:db8::7', '2001:db8::7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['[2001:db8::7]:4711', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    [' \t203.0.113.7\t ', '203.0.113.7'],
    ['198.51.100.9,203.0.113.7,10.0.0.2', '203.0.113.7'],
    // An unreadable entry ends the reading.
    ['203.0.113.7, unknown', '10.0.0.1'],
    ['203.0.113.7, unknown, 10.0.0.2', '10.0.0.2'],
    ['203.0.113.7, , 10.0.0.2', '10.0.0.2'],
    ['203.0.113.7,', '10.0.0.1'],
    ['203.0.113.7, 10.0.0.300', '10.0.0.1'],
    ['203.0.113.7, 010.0.0.2', '10.0.0.1'],
    ['203.0.113.7, 10.0.0.2:x', '10.0.0.1'],
    ['203.0.113.7, 10.0.0.2 10.0.0.3', '10.0.0.1'],
    ['203.0.113.7, [10.0.0.2]', '10.0.0.1'],
    ['203.0.113.7, [::1', '10.0.0.1'],
    ['203.0.113.7, unix:', '10.0.0.1'],
  ])('in X-Forwarded-For: %s is %s', (field, ip) => {
    expect(arrived(PROXIES, { headers: xFor(field) }).request.ip).toBe(ip);
  });

  test.each([
    ['for=203.0.113.7', '203.0.113.7'],
    ['For=198.51.100.9, FOR=203.0.113.7, for=10.0.0.2', '203.0.113.7'],
    ['for="203.0.113.7:4711"', '203.0.113.7'],
    // RFC 7239 section 6: in brackets, therefore in quotes; ports may be obfuscated.
    ['for="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for="[2001:db8::7]:_http", for="[fd00::2]"', '2001:db8::7'],
    ['for="\\2\\03.0.113.7"', '203.0.113.7'],
    ['for=203.0.113.7;by=_a;x="a, b; c=\\", for=1.1.1.1", for=10.0.0.2', '203.0.113.7'],
    ['for=203.0.113.7;x="", for=10.0.0.2;x="\\\\"', '203.0.113.7'],
    [';;for=203.0.113.7; ;proto=http;\t', '203.0.113.7'],
    ['for=[2001:db8::7]', '2001:db8::7'],
    // RFC 7239 sections 6.2 and 6.3
    ['for=203.0.113.7, for=unknown', '10.0.0.1'],
    ['for=203.0.113.7, for="_hidden:80", for=10.0.0.2', '10.0.0.2'],
    ['for=203.0.113.7, proto=https', '10.0.0.1'],
    ['for=203.0.113.7, , for=10.0.0.2', '10.0.0.2'],
    ['for=203.0.113.7, for=10.0.0.2;for=10.0.0.3', '10.0.0.1'],
    ['for=203.0.113.7, for=10.0.0.2;proto', '10.0.0.1'],
    ['for=203.0.113.7, for=', '10.0.0.1'],
    ['for=203.0.113.7, for=""', '10.0.0.1'],
    ['for=203.0.113.7, for="10.0.0.2', '10.0.0.1'],
    ['for=203.0.113.7, for=10.0.0.2"', '10.0.0.1'],
    ['for=203.0.113.7, for = 10.0.0.2', '10.0.0.1'],
    ['for=203.0.113.7, 10.0.0.2', '10.0.0.1'],
    // A client that opens a quoted string can't swallow what the proxy adds.
    ['for=198.51.100.9;x=", for=203.0.113.7', '203.0.113.7'],
    ['for=198.51.100.9;x="\\, for="[2001:db8::7]"', '2001:db8::7'],
    ['", for=203.0.113.7;host="a.example"', '203.0.113.7'],
    ['="", for=203.0.113.7;host=""', '203.0.113.7'],
  ])('in Forwarded: %s is %s', (field, ip) => {
    expect(arrived(PROXIES, { headers: forwarded(field) }).request.ip).toBe(ip);
  });

  test.each([
    [1, '203.0.113.7', '203.0.113.7'],
    [1, '198.51.100.9, 203.0.113.7', '203.0.113.7'],
    [2, '198.51.100.9, 203.0.113.7, 192.0.2.1', '203.0.113.7'],
    [3, '203.0.113.7, 192.0.2.1', '203.0.113.7'],
    // Unreadable entries are counted.
    [2, '203.0.113.7, unix:', '203.0.113.7'],
    [2, 'unknown, 192.0.2.1', '192.0.2.1'],
    [1, '203.0.113.7, unknown', '10.0.0.1'],
  ])('with %d trusted proxies, %s means %s', (hops, field, ip) => {
    const elements = field.replaceAll(/[^, ]+/g, 'for="$&"');
    expect(arrived(hops, { headers: xFor(field) }).request.ip).toBe(ip);
    expect(arrived(hops, { headers: forwarded(elements) }).request.ip).toBe(ip);
  });

  test('is found in several lines, which are one list (RFC 9110 section 5.3)', () => {
    const lines = ['198.51.100.9, 203.0.113.7', '10.0.0.2'];
    expect(arrived(PROXIES, { headers: { 'x-forwarded-for': lines } }).request.ip).toBe('203.0.113.7');
  });
});

describe('scheme and host', () => {
  const lists = (addresses: string | undefined, protos?: string, hosts?: string): HeaderFields => ({
    'x-forwarded-for': addresses,
    'x-forwarded-proto': protos,
    'x-forwarded-host': hosts,
  });

  test.each([
    // One value is the nearest proxy's.
    [lists('203.0.113.7', 'https', 'a.example'), 'https://a.example'],
    [lists('203.0.113.7, 10.0.0.2', 'https', 'a.example:8443'), 'https://a.example:8443'],
    [lists(undefined, 'https'), 'https://app.internal:3000'],
    [lists(undefined, undefined, 'a.example'), 'http://a.example'],
    // In lists, the values of the proxy that named the client.
    [lists('203.0.113.7, 10.0.0.2', 'https, http', 'a.example, b.internal'), 'https://a.example'],
    [lists('198.51.100.9, 203.0.113.7', 'https, http', 'evil.example, a.example'), 'http://a.example'],
    [lists('203.0.113.7', 'https, http', 'evil.example, a.example'), 'http://a.example'],
    [lists(undefined, 'https, http', 'evil.example, a.example'), 'http://a.example'],
    [lists('203.0.113.7, 10.0.0.3, 10.0.0.2', 'https, http', 'evil.example, a.example'), 'http://a.example'],
    // In upper or lower case, and no other scheme.
    [lists('203.0.113.7', 'HTTPS'), 'https://app.internal:3000'],
    ...['wss', 'https:', '', 'javascript', 'https http'].map((proto): [HeaderFields, string] => [
      lists('203.0.113.7', proto),
      'http://app.internal:3000',
    ]),
    ...['', 'a b', 'a/b', 'user@a.example', 'a.example:99999', '[::1', '"a.example"', 'a#b'].map(
      (host): [HeaderFields, string] => [lists('203.0.113.7', 'https', host), 'https://app.internal:3000'],
    ),
    [lists('203.0.113.7', 'https', '[2001:db8::1]:8443'), 'https://[2001:db8::1]:8443'],
  ])('of %j are %s', (headers, origin) => {
    expect(arrived(PROXIES, { headers }).request.url.origin).toBe(origin);
  });

  test.each([
    ['for=203.0.113.7;proto=https;host=a.example', 'https://a.example'],
    ['for=203.0.113.7;Proto=HTTPS;HOST="a.example:8443"', 'https://a.example:8443'],
    [
      'for=203.0.113.7;proto=https;host=a.example, for=10.0.0.2;proto=http;host=b.internal',
      'https://a.example',
    ],
    ['for=198.51.100.9;proto=https;host=evil.example, for=203.0.113.7', 'http://app.internal:3000'],
    [
      'for=198.51.100.9;proto=https;host=evil.example, for=203.0.113.7;proto=http',
      'http://app.internal:3000',
    ],
    ['for=198.51.100.9;host=evil.example, for=unknown;proto=https;host=a.example', 'https://a.example'],
    ['for=198.51.100.9;host=evil.example, for=203.0.113.7;host="a b"', 'http://app.internal:3000'],
    ['for=198.51.100.9;host=evil.example, for=203.0.113.7;host', 'http://app.internal:3000'],
    ['host=a.example;proto=https', 'https://a.example'],
    // From a client within the trusted networks, with an unreadable first element.
    [', for=10.0.0.7;proto=https;host=a.example', 'https://a.example'],
    ['", for=10.0.0.7;proto=https;host=a.example', 'https://a.example'],
  ])('of Forwarded: %s are %s', (field, origin) => {
    expect(arrived(PROXIES, { headers: forwarded(field) }).request.url.origin).toBe(origin);
  });

  test.each([
    [1, 'http://b.internal'],
    [2, 'https://a.example'],
    [9, 'http://app.internal:3000'],
  ])(
    'are taken %d places from the right with as many trusted proxies, or from the first place',
    (hops, origin) => {
      const headers = lists(
        '198.51.100.9, 203.0.113.7, 192.0.2.1',
        'wss, https, http',
        '/, a.example, b.internal',
      );
      expect(arrived(hops, { headers }).request.url.origin).toBe(origin);
    },
  );

  test('may be http although the proxy spoke TLS to the server', () => {
    expect(seen(PROXIES, lists('203.0.113.7', 'http'), { scheme: 'https' })).toBe(
      '203.0.113.7 http://app.internal:3000',
    );
  });

  test('decide whether cookies are Secure', () => {
    const cookie = (trustProxy: TrustProxyOption, proto: string, scheme: 'http' | 'https') =>
      arrived(trustProxy, { headers: lists('203.0.113.7', proto), scheme }).response.cookie('a', 'b').fields[
        'set-cookie'
      ];
    expect(cookie(1, 'https', 'http')).toEqual(['a=b; Path=/; HttpOnly; Secure; SameSite=Lax']);
    expect(cookie(1, 'http', 'https')).toEqual(['a=b; Path=/; HttpOnly; SameSite=Lax']);
    expect(cookie(false, 'https', 'http')).toEqual(['a=b; Path=/; HttpOnly; SameSite=Lax']);
  });

  test('leave the Host header unchanged', () => {
    const { request } = arrived(1, { headers: ALL });
    expect([request.header('host'), request.headers.get('host')]).toEqual([
      'app.internal:3000',
      'app.internal:3000',
    ]);
  });
});

describe('Forwarded next to X-Forwarded-*', () => {
  test.each(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'])(
    'is ignored if there is %s, even an empty one',
    (field) => {
      const injected = forwarded('for=198.51.100.9;proto=https;host=evil.example');
      expect(seen(PROXIES, { ...injected, [field]: '' })).toBe('10.0.0.1 http://app.internal:3000');
    },
  );
});

describe('whatever a client sends first', () => {
  const client = fc.oneof(fc.ipV4(), fc.ipV6()).filter((address) => !/^(10\.|fd|0*:.*:|::)/.test(address));
  const proxies = fc.array(fc.constantFrom('10.0.0.2', '10.255.0.1', 'fd00::2', '::ffff:10.0.0.3'), {
    maxLength: 4,
  });
  const piece = fc.constantFrom(
    ...[
      'for=',
      '"',
      '\\',
      ',',
      ';',
      '=',
      ' ',
      '\t',
      '10.0.0.9',
      '[fd00::9]',
      ':80',
      'host=',
      'evil.example',
      'proto=https',
    ],
  );
  const junk = fc.oneof(
    fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('')),
    fc.string({
      unit: fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 40,
    }),
  );
  const node = (address: string) => (address.includes(':') ? `"[${address}]"` : address);

  test('the client is the peer of the outermost trusted proxy', () => {
    fc.assert(
      fc.property(junk, client, proxies, (sent, ip, chain) => {
        const addresses = [ip, ...chain];
        const elements = addresses.map(
          (address, i) => `for=${node(address)};host="h${i}.example";x="a, \\\\\\", =b";proto=http`,
        );
        const hosts = addresses.map((_, i) => `h${i}.example`);
        for (const option of [PROXIES, addresses.length]) {
          expect(seen(option, forwarded([sent, ...elements].join(', ')))).toBe(`${ip} http://h0.example`);
          const lists = {
            'x-forwarded-for': [sent, ...addresses].join(', '),
            'x-forwarded-host': [sent, ...hosts].join(', '),
            forwarded: sent,
          };
          expect(seen(option, lists)).toBe(`${ip} http://h0.example`);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('there is a valid address and URL', () => {
    fc.assert(
      fc.property(junk, junk, junk, fc.constantFrom(1, 3, PROXIES), (a, b, c, option) => {
        for (const headers of [
          forwarded(a),
          { 'x-forwarded-for': a, 'x-forwarded-proto': b, 'x-forwarded-host': c },
        ]) {
          const { ip, url } = arrived(option, { headers }).request;
          expect(ip).toMatch(/^[\da-f.:%]+$/i);
          expect([url.pathname, url.username]).toEqual(['/', '']);
          expect(['http:', 'https:']).toContain(url.protocol);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
