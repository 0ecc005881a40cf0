import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { HeaderFields, Protocol } from '@blaizejs/types';

import { contextOf, contextOver, exchangeWith, responseOver, responseTo } from '../test/contexts.ts';
import type { ResponseSide } from './response.ts';

function linesOf(fields: Readonly<HeaderFields>): string[] {
  return Object.entries(fields).flatMap(([name, value]) => [value ?? []].flat().map((v) => `${name}: ${v}`));
}

// RFC 9110 section 5.5: of the control characters only HTAB may be in a field.
// eslint-disable-next-line no-control-regex -- that is what it is about
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('a', '\r', '\n', '\0', '\t', ' ', ';', ',', '\x7f', 'é', '\u{1f600}', '\ud800'),
  }),
);

test.each<[string, (response: ResponseSide, value: string) => unknown]>([
  ['header()', (response, value) => response.header('x-any', value)],
  ['header() with a list', (response, value) => response.header('x-any', ['ok', value])],
  ['a header name', (response, value) => response.header(value, 'x')],
  ['headers()', (response, value) => response.headers({ [value]: value })],
  ['type()', (response, value) => response.type(value)],
  ['redirect()', (response, value) => response.redirect(value)],
  ['a cookie', (response, value) => response.cookie('name', value)],
  ['a cookie name', (response, value) => response.cookie(value, 'x')],
  ['a cookie path', (response, value) => response.cookie('name', 'x', { path: value })],
  ['a cookie domain', (response, value) => response.cookie('name', 'x', { domain: value })],
])('%s never makes a line with a control character, whatever it is given', (_what, set) => {
  fc.assert(
    fc.property(text, (value) => {
      const response = responseTo();
      try {
        set(response, value);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
      for (const line of linesOf(response.fields)) expect(line).not.toMatch(CONTROL);
    }),
  );
});

describe('status', () => {
  test('is 404 until something is recorded, then 200 unless it is set', () => {
    const response = responseTo();
    expect([response.statusCode, response.answered]).toEqual([404, false]);
    expect(responseTo().json({}).statusCode).toBe(200);
    expect([response.status(201).statusCode, response.answered]).toEqual([201, true]);
  });

  test.each([0, 199, 600, 200.5, NaN, '200' as unknown as number])('can not be %s', (code) => {
    expect(() => responseTo().status(code)).toThrow(RangeError);
  });
});

describe('header', () => {
  test('is set, replaced and removed by name in any case', () => {
    const response = responseTo().header('X-A', 'a').header('x-a', 'b').header('X-Count', 3);
    expect(response.fields).toEqual({ 'x-a': 'b', 'x-count': '3' });
    expect(response.header('X-A', undefined).fields).toEqual({ 'x-count': '3' });
    expect(response.header('vary', ['a', 'b']).fields.vary).toEqual(['a', 'b']);
  });

  test.each(['a\r\nset-cookie: x', 'a\nb', 'a\rb', 'a\0', '\u{1f600}'])('refuses the value %j', (value) => {
    expect(() => responseTo().header('x-a', value)).toThrow(TypeError);
    expect(() => responseTo().header('x-a', ['fine', value])).toThrow(TypeError);
  });

  test.each(['', 'a b', 'a:', ':status', 'a\r\n', 'é'])('refuses the name %j', (name) => {
    expect(() => responseTo().header(name, 'x')).toThrow(TypeError);
  });

  test('__proto__ and constructor are names like any other', () => {
    const { fields } = responseTo().header('__proto__', 'a').header('constructor', 'b');
    expect(Object.keys(fields)).toEqual(['__proto__', 'constructor']);
  });

  test('says nothing about the connection over HTTP/2', () => {
    const names = { connection: 'close', 'Keep-Alive': 'x', 'http2-settings': 'x', TE: 'x', upgrade: 'x' };
    expect(responseOver('HTTP/2').headers(names).fields).toEqual({});
    expect(Object.keys(responseOver('HTTP/1.1').headers(names).fields)).toHaveLength(5);
  });

  test('does not say how content is framed', () => {
    for (const protocol of ['HTTP/1.1', 'HTTP/2'] as const) {
      const names = { 'transfer-encoding': 'chunked', Trailer: 'x-a' };
      expect(responseOver(protocol).headers(names).fields).toEqual({});
    }
  });

  test('has no whitespace around its value', () => {
    const { fields } = responseTo().header('x-a', ' a b\t').header('x-b', ['', ' ', 'c ']);
    expect(fields).toEqual({ 'x-a': 'a b', 'x-b': ['', '', 'c'] });
  });

  test.each(['content-type', 'Location', 'date', 'ETag'])('%s has one line', (name) => {
    expect(() => responseTo().header(name, ['a', 'b'])).toThrow(TypeError);
    expect(responseTo().header(name, ['a']).fields[name.toLowerCase()]).toEqual(['a']);
  });

  test.each(['', 'abc', '-1', '1.5', '1e3', '1, 1', 'Infinity', NaN])('%j is no length', (value) => {
    expect(() => responseTo().header('content-length', value)).toThrow(TypeError);
  });
});

describe('cookie', () => {
  test('has safe defaults', () => {
    expect(responseTo().cookie('a', '1').fields['set-cookie']).toEqual([
      'a=1; Path=/; HttpOnly; SameSite=Lax',
    ]);
    expect(responseTo('https://localhost/').cookie('a', '1').fields['set-cookie']).toEqual([
      'a=1; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
  });

  test('takes all attributes; one that is undefined is as if it were not there', () => {
    const expires = new Date('2030-01-01T00:00:00Z');
    const response = responseTo().cookie('a', '1', {
      domain: 'example.com',
      expires,
      httpOnly: false,
      maxAge: 60,
      partitioned: true,
      path: '/app',
      priority: 'high',
      sameSite: 'none',
      secure: true,
    });
    expect(response.fields['set-cookie']).toEqual([
      'a=1; Max-Age=60; Domain=example.com; Path=/app; Expires=Tue, 01 Jan 2030 00:00:00 GMT; Secure; ' +
        'Partitioned; Priority=High; SameSite=None',
    ]);
    expect(
      responseTo().cookie('a', '1', { path: undefined, secure: undefined }).fields['set-cookie'],
    ).toEqual(['a=1; Path=/; HttpOnly; SameSite=Lax']);
  });

  test('an option that there is not is refused: the cookie would be less safe than meant', () => {
    expect(() => responseTo().cookie('a', '1', { httponly: true } as object)).toThrow(
      new TypeError('cookie() has no option "httponly". Did you mean `httpOnly`?'),
    );
    expect(() => responseTo().cookie('a', '1', { signed: true } as object)).toThrow(
      'The options are domain, expires, httpOnly, maxAge, partitioned, path, priority, sameSite, secure.',
    );
  });

  test('several are several lines, also next to those of header()', () => {
    const response = responseTo().header('set-cookie', 'raw=1').cookie('a', '1').cookie('b', '2');
    expect(response.fields['set-cookie']).toEqual([
      'raw=1',
      expect.stringMatching(/^a=1;/),
      expect.stringMatching(/^b=2;/),
    ]);
  });

  test('undefined removes it from the client, where it was set', () => {
    expect(responseTo().cookie('a', undefined, { path: '/app', maxAge: 60 }).fields['set-cookie']).toEqual([
      'a=; Max-Age=0; Path=/app; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
    ]);
  });

  test('encodes any value so that it comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const [line = ''] = responseTo().cookie('a', value).fields['set-cookie'] as string[];
        const cookie = line.slice(0, line.indexOf(';'));
        const request = new Request('http://localhost/', { headers: { cookie } });
        expect(contextOf(request).request.cookies).toEqual({ a: value.toWellFormed() });
      }),
    );
  });

  test.each(['', 'a b', 'a;b', 'a=b', 'a\r\n'])('refuses the name %j', (name) => {
    expect(() => responseTo().cookie(name, 'x')).toThrow(TypeError);
  });
});

describe('headers() and get()', () => {
  test('read what is recorded, by name in any case', () => {
    const response = responseTo()
      .headers({ 'X-A': 1, vary: ['a', 'b'] })
      .cookie('c', '1');
    expect([response.get('x-a'), response.get('VARY'), response.get('missing')]).toEqual([
      '1',
      'a, b',
      undefined,
    ]);
    expect(Object.keys(response.headers())).toEqual(['x-a', 'vary', 'set-cookie']);
    expect(response.headers().vary).toEqual(['a', 'b']);
    for (const name of ['constructor', '__proto__', 'toString']) expect(response.get(name)).toBeUndefined();
  });

  test('set several, remove those that are undefined, and leave the others', () => {
    const response = responseTo().headers({ a: '1', b: '2', c: '3' }).headers({ a: undefined, b: 4 });
    expect(response.headers()).toEqual({ b: '4', c: '3' });
    expect(() => response.headers({ c: '5', 'bad name': 'x' })).toThrow(TypeError);
  });
});

describe('append', () => {
  test('adds to what header() and cookie() have set, and can be chained', () => {
    const response = responseTo()
      .header('vary', ['Accept', 'Origin'])
      .append('Vary', 'origin, Accept-Encoding')
      .cookie('a', '1')
      .append('set-cookie', ['b=2', 'c=3']);
    expect(response.get('vary')).toBe('Accept, Origin, Accept-Encoding');
    expect(response.fields['set-cookie']).toEqual([expect.stringMatching(/^a=1;/), 'b=2', 'c=3']);
    expect(() => response.type('text/csv').append('content-type', 'text/html')).toThrow(TypeError);
  });
});

describe('earlyHints', () => {
  function informing(protocol: Protocol): { response: ResponseSide; informed: unknown[] } {
    const informed: unknown[] = [];
    const inform = (status: number, fields: HeaderFields) => void informed.push([status, { ...fields }]);
    return { response: contextOver(exchangeWith({ protocol, inform })).response, informed };
  }

  test.each(['HTTP/1.1', 'HTTP/2'] as const)(
    'go out at once over %s, without what is about the connection',
    (protocol) => {
      const { response, informed } = informing(protocol);
      const link = ['</a.css>; rel=preload', '</b.js>; rel=preload'];
      response.earlyHints({
        Link: link,
        Connection: 'close',
        'transfer-encoding': 'chunked',
        Upgrade: 'h2c',
      });
      expect(informed).toEqual([[103, { link }]]);
      expect([response.answered, response.headers()]).toEqual([false, {}]);
    },
  );

  test.each([{ link: 'a\r\nset-cookie: x' }, { link: ['fine', 'a\nb'] }, { 'a b': 'x' }])(
    'refuse %j',
    (headers) => {
      const { response, informed } = informing('HTTP/1.1');
      expect(() => response.earlyHints(headers as Record<string, string>)).toThrow(TypeError);
      expect(informed).toEqual([]);
    },
  );
});
