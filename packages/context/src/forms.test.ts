import { describe, expect, test } from 'vitest';

import { createContext } from './create-context.ts';
import { parseMediaType } from './media-type.ts';
import { parseBody } from './parse-body.ts';

const FORM = 'application/x-www-form-urlencoded';
const fieldsOf = (text: string): unknown => parseBody(Buffer.from(text), parseMediaType(FORM));

/** What the URL standard makes of it, as we shape it. */
function standard(text: string): Record<string, string | string[]> {
  const fields = Object.create(null) as Record<string, string | string[]>;
  const parsed = new URLSearchParams(text);
  for (const name of new Set(parsed.keys())) {
    const all = parsed.getAll(name);
    fields[name] = all.length === 1 ? (all[0] ?? '') : all;
  }
  return fields;
}

describe('a form', () => {
  test.each([
    'a=1&b=2',
    'a=1&a=2&a=3',
    'a=b=c',
    'a',
    '=b',
    '=',
    '&&a=1&&',
    'a=+%2B+',
    '%zz=%zz',
    'a=%FF',
    'a=%e4%bd',
    'a=%',
    'a=%C3%A4&%C3%A4=a',
    'a%5Bb%5D=1&a[b]=2',
    '__proto__=1&constructor=2&__proto__[x]=3&toString=4',
    'a=%00%0A',
    'ä=ö',
  ])('%s is what the URL standard makes of it', (text) => {
    expect(fieldsOf(text)).toEqual(standard(text));
  });

  test('inherits nothing, and sets no prototype', () => {
    for (const text of ['__proto__=x', '__proto__=%78', '__proto__[admin]=1']) {
      const fields = fieldsOf(text) as object;
      expect('toString' in fields).toBe(false);
      expect(({} as Record<string, unknown>).admin).toBeUndefined();
    }
  });

  test('random ones', () => {
    const letters = ['a', 'b', '=', '&', '+', '%', '2', 'F', '%20', '%C3%A4', '[', ']', 'é'];
    let seed = 1;
    const next = (): string => letters[(seed = (seed * 48_271) % 2_147_483_647) % letters.length] ?? '';
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: i % 12 }, next).join('');
      expect(fieldsOf(text), text).toEqual(standard(text));
    }
  });

  test('has up to 1,000 fields; more are a 413', async () => {
    const many = (count: number): string => Array.from({ length: count }, (_, i) => `f${i}=1`).join('&');
    expect(Object.keys(fieldsOf(many(1000)) as object)).toHaveLength(1000);
    const tooMany = { status: 413, details: { limit: 1000 }, message: 'The form has more than 1000 fields.' };
    expect(() => fieldsOf(many(1001))).toThrow(expect.objectContaining(tooMany));
    const request = new Request('http://localhost/', {
      method: 'POST',
      body: many(1001),
      headers: { 'content-type': FORM },
    });
    await expect(createContext(request).request.formData()).rejects.toMatchObject(tooMany);
  });
});
