import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseMediaType } from './media-type.ts';
import { decodeText, parseBody, parseForm, parseJson } from './parse-body.ts';

const NOT_UTF8 = Buffer.from([0x61, 0xff]);
const refused = (status: number, message: string | RegExp) =>
  expect.objectContaining({
    status,
    message: (message instanceof RegExp
      ? expect.stringMatching(message)
      : expect.stringContaining(message)) as string,
  });

describe('decodeText', () => {
  test.each([undefined, 'utf-8', 'utf8', 'us-ascii'])('reads charset %s', (charset) => {
    expect(decodeText(Buffer.from('héllo'), charset)).toBe('héllo');
  });

  test('takes a byte order mark off, and only the first', () => {
    expect(decodeText(Buffer.from('\ufeffa\ufeffb'), undefined)).toBe('a\ufeffb');
    expect(decodeText(Buffer.from('\ufeff'), 'utf-8')).toBe('');
    expect(parseBody(Buffer.from('\ufeff{"a":1}'), parseMediaType('application/json'), undefined)).toEqual({
      a: 1,
    });
    expect(parseBody(Buffer.from('\ufeffa=1'), parseMediaType('application/x-www-form-urlencoded'))).toEqual({
      a: '1',
    });
    expect([
      ...parseForm(Buffer.from('\ufeffa=1'), parseMediaType('application/x-www-form-urlencoded')).keys(),
    ]).toEqual(['a']);
  });

  test('refuses other charsets and bytes that are not UTF-8', () => {
    expect(() => decodeText(Buffer.from('x'), 'iso-8859-1')).toThrow(refused(415, 'Charset iso-8859-1'));
    expect(() => decodeText(NOT_UTF8, undefined)).toThrow(refused(400, 'not valid UTF-8'));
  });
});

describe('parseJson', () => {
  test('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!/__proto__|constructor/.test(text));
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each([
    '{"__proto__":{"admin":true}}',
    '{"a":[{"__proto__":null}]}',
    '{"\\u005f_proto__":1}',
    '{"__proto__" : 1}',
    '{"constructor":{"prototype":{"admin":true}}}',
    '{"a":{"constructor":{"prototype":1}}}',
  ])('refuses %s', (text) => {
    expect(() => parseJson(text)).toThrow(refused(400, /has a key that would set a prototype/));
  });

  test('takes the same words where they harm nobody', () => {
    expect(parseJson('{"constructor":"Ada","prototype":1,"note":"__proto__"}')).toEqual({
      constructor: 'Ada',
      prototype: 1,
      note: '__proto__',
    });
  });

  test('refuses what is no JSON, and nothing at all', () => {
    expect(() => parseJson('{"a":')).toThrow(refused(400, 'The body is not valid JSON: '));
    expect(() => parseJson('')).toThrow(refused(400, 'The body is empty; JSON was expected.'));
  });

  test.each([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":1,"b":[],"c":[', ']}]'],
  ])('is not impressed by depth: %s', (open, close) => {
    const nested = (levels: number): string => {
      const times = levels / (open.match(/[[{](?!\])/g) ?? []).length;
      return `${open.repeat(times)}"__proto__"${close.repeat(times)}`;
    };
    expect(parseJson(nested(510))).toBeInstanceOf(Object);
    expect(() => parseJson(nested(516))).toThrow(refused(400, 'nested deeper than 512 levels'));
    expect(() => parseJson(nested(300_000))).toThrow(refused(400, 'nested deeper than 512 levels'));
    expect(() => parseJson(open.repeat(200_000))).toThrow(refused(400, 'not valid JSON'));
  });
});

describe('parseBody', () => {
  const bytes = Buffer.from('{"a":"é"}');

  test.each([
    ['application/json', { a: 'é' }],
    ['application/problem+json; charset=UTF-8', { a: 'é' }],
    ['text/plain', '{"a":"é"}'],
    ['text/csv', '{"a":"é"}'],
  ])('reads %s', (type, value) => {
    expect(parseBody(bytes, parseMediaType(type))).toEqual(value);
  });

  test('reads a form', () => {
    const form = parseBody(Buffer.from('a=1&b=x+y&a=2'), parseMediaType('application/x-www-form-urlencoded'));
    expect({ ...(form as object) }).toEqual({ a: ['1', '2'], b: 'x y' });
  });

  test('no content is undefined, but an empty text is a text', () => {
    const empty = Buffer.alloc(0);
    expect(parseBody(empty, parseMediaType(undefined))).toBeUndefined();
    expect(parseBody(empty, parseMediaType('application/json'))).toBeUndefined();
    expect(parseBody(empty, parseMediaType('image/png'))).toBeUndefined();
    expect(parseBody(empty, parseMediaType('text/plain'))).toBe('');
  });

  test.each([
    ['image/png', 'Content-Type image/png'],
    ['multipart/form-data; boundary=x', 'Content-Type multipart/form-data'],
    [undefined, 'A body without a Content-Type'],
  ])('refuses %s, and says what is read', (type, what) => {
    expect(() => parseBody(bytes, parseMediaType(type))).toThrow(
      expect.objectContaining({
        status: 415,
        message: `${what} is not supported; send one of application/json, application/x-www-form-urlencoded, text/plain.`,
        headers: { accept: 'application/json, application/x-www-form-urlencoded, text/plain' },
      }),
    );
  });
});

describe('parseForm', () => {
  test('reads a form in order, with names that repeat', () => {
    const form = parseForm(
      Buffer.from('b=1&a=x%20y&b=2&__proto__=3'),
      parseMediaType('application/x-www-form-urlencoded'),
    );
    expect([...form]).toEqual([
      ['b', '1'],
      ['a', 'x y'],
      ['b', '2'],
      ['__proto__', '3'],
    ]);
  });

  test.each(['application/json', undefined])('refuses %s', (type) => {
    expect(() => parseForm(Buffer.from('a=1'), parseMediaType(type))).toThrow(
      refused(415, 'is not supported for a form; send application/x-www-form-urlencoded.'),
    );
  });

  test('says what reads forms with files', () => {
    expect(() => parseForm(Buffer.from(''), parseMediaType('multipart/form-data; boundary=x'))).toThrow(
      refused(415, 'send application/x-www-form-urlencoded.'),
    );
  });
});
