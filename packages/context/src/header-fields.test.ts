import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { HeaderFields } from '@blaizejs/types';

import { appendField, createFields, setField } from './header-fields.ts';

function appended(name: string, ...values: (string | readonly string[])[]): HeaderFields {
  const fields = createFields();
  for (const value of values) appendField(fields, name, value, 'HTTP/1.1');
  return fields;
}

describe('appendField', () => {
  test('adds to Vary only what it does not have yet, in any case', () => {
    expect(appended('Vary', 'Origin').vary).toBe('Origin');
    expect(appended('vary', 'Origin', 'origin', 'Accept-Encoding').vary).toBe('Origin, Accept-Encoding');
    expect(appended('vary', 'a, b', ['B', 'c', 'C'], 'b,d').vary).toBe('a, b, c, d');
    expect(appended('vary', ['a', 'A']).vary).toBe('a');
  });

  test('leaves a Vary of * alone, which has everything', () => {
    expect(appended('vary', '*', 'Origin').vary).toBe('*');
    expect(appended('vary', 'Accept, *', 'Origin').vary).toBe('Accept, *');
  });

  test('adds to what was set as several lines', () => {
    const fields = createFields();
    setField(fields, 'vary', ['a', 'b'], 'HTTP/1.1');
    appendField(fields, 'vary', ['b', 'c'], 'HTTP/1.1');
    expect(fields.vary).toBe('a, b, c');
  });

  test('keeps what is more than a name in one piece, and compares it as it is', () => {
    const hints = ['</a.css>; rel=preload', '</A.css>; rel=preload', '</a.css>; rel=preload'];
    expect(appended('link', ...hints).link).toBe('</a.css>; rel=preload, </A.css>; rel=preload');
    expect(appended('www-authenticate', 'Digest realm="x", nonce=1', 'Digest realm="x", nonce=2')).toEqual({
      'www-authenticate': 'Digest realm="x", nonce=1, Digest realm="x", nonce=2',
    });
  });

  test('makes a line of each cookie, the same one twice included', () => {
    expect(appended('Set-Cookie', 'a=1', ['b=2', 'a=1'])['set-cookie']).toEqual(['a=1', 'b=2', 'a=1']);
    expect(appended('set-cookie', 'a=1')['set-cookie']).toEqual(['a=1']);
  });

  test('nothing adds nothing', () => {
    expect(appended('vary', [])).toEqual({});
    expect(appended('vary', 'a', []).vary).toBe('a');
  });

  test.each(['content-type', 'Location', 'etag'])(
    '%s has one line, which nothing can be added to',
    (name) => {
      expect(() => appended(name, 'a', 'a')).toThrow(
        new TypeError(
          `A response can have one ${name.toLowerCase()} header, so nothing can be appended to it.`,
        ),
      );
      expect(() => appended(name, ['a', 'b'])).toThrow(TypeError);
      expect(appended(name, 'a')[name.toLowerCase()]).toEqual(['a']);
    },
  );

  test('says nothing about the connection over HTTP/2, nor how content is framed', () => {
    const fields = createFields();
    appendField(fields, 'connection', 'close', 'HTTP/2');
    appendField(fields, 'transfer-encoding', 'chunked', 'HTTP/1.1');
    expect(fields).toEqual({});
  });

  test('whatever is appended to a list, all of it is there once, and appending it again changes nothing', () => {
    const name = fc.stringMatching(/^[a-zA-Z-]{1,3}$/);
    const value = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join(', '));
    const either = fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(either, { minLength: 1, maxLength: 5 }), (values) => {
        const members = (list: unknown): string[] => String(list).toLowerCase().split(', ');
        const all = new Set(values.flat().flatMap((each) => members(each)));
        const { vary } = appended('vary', ...values);
        expect(members(vary)).toEqual([...all]);
        expect(appended('vary', ...values, ...values).vary).toBe(vary);
      }),
    );
  });

  test('never makes a line with a control character', () => {
    const part = fc.constantFrom('a', 'b', ',', ' ', '\t', '\r', '\n', '\0', '"', '\x7f', 'é', '\u{1f600}');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: part }), { maxLength: 4 }), (values) => {
        for (const name of ['vary', 'set-cookie']) {
          let lines: HeaderFields = {};
          try {
            lines = appended(name, ...values);
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError);
          }
          for (const line of [lines[name] ?? []].flat()) {
            // eslint-disable-next-line no-control-regex -- that is what it is about
            expect(line).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f]/);
          }
        }
      }),
    );
  });
});
