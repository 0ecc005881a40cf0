import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { HeaderFields } from '@blaizejs/types';

import { allowsRange, evaluatePreconditions } from './preconditions.ts';

const MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT';
const BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT';
const AFTER = 'Sun, 06 Nov 1994 08:49:38 GMT';
const STRONG = { etag: '"a"', lastModified: MODIFIED };
const WEAK = { etag: 'W/"a"', lastModified: MODIFIED };

const get = (headers: HeaderFields, current: object = STRONG) =>
  evaluatePreconditions(headers, { method: 'GET', ...current });

describe('If-None-Match', () => {
  test.each<[string | string[], 'proceed' | 304]>([
    ['"a"', 304],
    ['W/"a"', 304],
    ['"b"', 'proceed'],
    ['"b", "a"', 304],
    ['"b","a"', 304],
    [',, "a" ,', 304],
    ['"b,", W/"a"', 304],
    [['"b"', '"a"'], 304],
    ['*', 304],
    ['', 'proceed'],
    ['a', 'proceed'],
    ['"a', 'proceed'],
    ['w/"a"', 'proceed'],
    ['"a" "b"', 'proceed'],
    ['"a", b', 'proceed'],
    ['*, "b"', 'proceed'],
  ])('%j: %s', (value, expected) => {
    expect(get({ 'if-none-match': value })).toBe(expected);
    expect(get({ 'if-none-match': value }, WEAK)).toBe(expected);
  });

  test('a method that changes something fails instead', () => {
    const put = { method: 'PUT', etag: '"a"' };
    expect(evaluatePreconditions({ 'if-none-match': '"a"' }, put)).toBe(412);
    expect(evaluatePreconditions({ 'if-none-match': '*' }, put)).toBe(412);
    expect(evaluatePreconditions({ 'if-none-match': '"b"' }, put)).toBe('proceed');
  });

  test('* is any representation, also one without an entity tag; a tag is not', () => {
    expect(get({ 'if-none-match': '*' }, {})).toBe(304);
    expect(get({ 'if-none-match': '"a"' }, {})).toBe('proceed');
  });
});

describe('If-Match', () => {
  test.each<[string, 'proceed' | 412]>([
    ['"a"', 'proceed'],
    ['"b", "a"', 'proceed'],
    ['*', 'proceed'],
    ['"b"', 412],
    ['W/"a"', 412],
    ['a', 412],
    ['', 412],
  ])('%j: %s', (value, expected) => {
    expect(get({ 'if-match': value })).toBe(expected);
  });

  test('compares strongly', () => {
    expect(get({ 'if-match': 'W/"a"' }, WEAK)).toBe(412);
    expect(get({ 'if-match': '"a"' }, WEAK)).toBe(412);
    expect(get({ 'if-match': '"a"' }, {})).toBe(412);
    expect(get({ 'if-match': '*' }, {})).toBe('proceed');
  });
});

describe('dates', () => {
  test.each<[string, string | string[], 'proceed' | 304 | 412]>([
    ['if-modified-since', MODIFIED, 304],
    ['if-modified-since', AFTER, 304],
    ['if-modified-since', BEFORE, 'proceed'],
    ['if-modified-since', 'tomorrow', 'proceed'],
    ['if-modified-since', [MODIFIED, MODIFIED], 'proceed'],
    ['if-unmodified-since', MODIFIED, 'proceed'],
    ['if-unmodified-since', AFTER, 'proceed'],
    ['if-unmodified-since', BEFORE, 412],
    ['if-unmodified-since', '1970', 'proceed'],
  ])('%s: %j: %s', (name, value, expected) => {
    expect(get({ [name]: value })).toBe(expected);
    expect(evaluatePreconditions({ [name]: value }, { method: 'HEAD', ...STRONG })).toBe(expected);
  });

  test('without a last modification, they are ignored', () => {
    expect(get({ 'if-modified-since': AFTER }, { etag: '"a"' })).toBe('proceed');
    expect(get({ 'if-unmodified-since': BEFORE }, { etag: '"a"' })).toBe('proceed');
    expect(get({ 'if-modified-since': AFTER }, { lastModified: new Date(NaN) })).toBe('proceed');
  });

  test('only whole seconds count', () => {
    const lastModified = Date.parse(MODIFIED) + 999;
    expect(get({ 'if-modified-since': MODIFIED }, { lastModified })).toBe(304);
    expect(get({ 'if-unmodified-since': MODIFIED }, { lastModified: new Date(lastModified) })).toBe(
      'proceed',
    );
  });

  test('If-Modified-Since is for GET and HEAD; If-Unmodified-Since for all', () => {
    const put = { method: 'PUT', ...STRONG };
    expect(evaluatePreconditions({ 'if-modified-since': AFTER }, put)).toBe('proceed');
    expect(evaluatePreconditions({ 'if-unmodified-since': BEFORE }, put)).toBe(412);
  });
});

describe('the order of RFC 9110 section 13.2.2', () => {
  test.each<[string, HeaderFields, 'proceed' | 304 | 412]>([
    ['If-Match before If-Unmodified-Since', { 'if-match': '"a"', 'if-unmodified-since': BEFORE }, 'proceed'],
    ['If-Match that fails before If-None-Match', { 'if-match': '"b"', 'if-none-match': '"a"' }, 412],
    ['If-Match and If-None-Match', { 'if-match': '"a"', 'if-none-match': '"a"' }, 304],
    [
      'If-None-Match before If-Modified-Since',
      { 'if-none-match': '"b"', 'if-modified-since': AFTER },
      'proceed',
    ],
    ['a malformed If-None-Match too', { 'if-none-match': 'x', 'if-modified-since': AFTER }, 'proceed'],
    [
      'If-Unmodified-Since before If-None-Match',
      { 'if-unmodified-since': BEFORE, 'if-none-match': '"a"' },
      412,
    ],
    ['nothing', {}, 'proceed'],
  ])('%s', (_, headers, expected) => {
    expect(get(headers)).toBe(expected);
  });
});

describe('If-Range', () => {
  const now = Date.parse(MODIFIED) + 5000;
  test.each<[string | string[] | undefined, boolean]>([
    [undefined, true],
    ['"a"', true],
    ['"b"', false],
    ['W/"a"', false],
    ['"a', false],
    ['a"', false],
    ['*', false],
    [['"a"', '"a"'], false],
    ['"b", "a"', false],
    [MODIFIED, true],
    [BEFORE, false],
    [AFTER, false],
    ['yesterday', false],
  ])('%j: %s', (value, expected) => {
    expect(allowsRange({ 'if-range': value }, STRONG, now)).toBe(expected);
  });

  test('compares strongly', () => {
    expect(allowsRange({ 'if-range': 'W/"a"' }, WEAK, now)).toBe(false);
    expect(allowsRange({ 'if-range': '"a"' }, WEAK, now)).toBe(false);
  });

  test('a date of the current second proves nothing', () => {
    const written = Date.parse(MODIFIED);
    expect(allowsRange({ 'if-range': MODIFIED }, STRONG, written + 999)).toBe(false);
    expect(allowsRange({ 'if-range': MODIFIED }, STRONG, written + 1000)).toBe(true);
  });
});

describe('whatever is sent', () => {
  const etagc = fc.constantFrom('a', 'b', ',', '!', '#', 'é');
  const tag = fc
    .tuple(fc.boolean(), fc.array(etagc, { maxLength: 3 }))
    .map(([weak, chars]) => `${weak ? 'W/' : ''}"${chars.join('')}"`);
  const separator = fc.constantFrom(',', ', ', ' ,\t', ',,');

  test('a tag matches weakly if the list has it, at any place', () => {
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1, maxLength: 6 }), separator, tag, (tags, sep, etag) => {
        const opaque = (text: string) => text.replace(/^W\//, '');
        const has = tags.some((given) => opaque(given) === opaque(etag));
        expect(get({ 'if-none-match': tags.join(sep) }, { etag })).toBe(has ? 304 : 'proceed');
        const hasStrong = !etag.startsWith('W/') && tags.includes(etag);
        expect(get({ 'if-match': tags.join(sep) }, { etag })).toBe(hasStrong ? 'proceed' : 412);
      }),
    );
  });

  test('never throws, and a method that reads never gets a 412 without a condition for it', () => {
    const value = fc.option(
      fc.oneof(fc.string(), tag, fc.constantFrom(BEFORE, MODIFIED, AFTER), fc.array(fc.string())),
      { nil: undefined },
    );
    fc.assert(
      fc.property(value, value, value, (none, since, range) => {
        const headers = { 'if-none-match': none, 'if-modified-since': since, 'if-range': range };
        expect(['proceed', 304]).toContain(get(headers));
        expect(typeof allowsRange(headers, STRONG)).toBe('boolean');
      }),
    );
  });

  test('a long list takes time in proportion to its length', () => {
    const list = `${'"b" \t,'.repeat(20_000)}${' '.repeat(100_000)}x`;
    expect(get({ 'if-none-match': list })).toBe('proceed');
    expect(get({ 'if-none-match': '"'.repeat(100_000) })).toBe('proceed');
  });
});
