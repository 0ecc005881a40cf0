import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { addFields, fillPath, readBase } from './request-url.ts';

// Any, also half of a surrogate pair; those with a meaning in URLs more often.
const character = fc.oneof(
  fc.constantFrom('.', '/', '\\', '?', '#', '%', '@', ':', '\n', '\t', '\0', ' '),
  fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)),
);

describe('a path', () => {
  test.each([
    ['/', {}, '/'],
    ['/users/[id]', { id: 'ü/?#%2e' }, '/users/%C3%BC%2F%3F%23%252e'],
    ['/users/[id]', { id: 7 }, '/users/7'],
    ['/users/[id]', { id: '..a' }, '/users/..a'],
    ['/[a]-[b].json', { a: '.', b: '.' }, '/.-..json'],
    ['/files/[...path]', { path: 'a b/c?d' }, '/files/a%20b/c%3Fd'],
    ['/at/[day]', { day: new Date(0) }, '/at/1970-01-01T00%3A00%3A00.000Z'],
    ['/[a]', { a: '\ud800' }, '/%EF%BF%BD'],
  ])('%s of %j is %s', (path, params, filled) => {
    expect(fillPath(path, params)).toBe(filled);
  });

  test.each([
    ['/users/[id]', {}],
    ['/users/[id]', { id: '' }],
    ['/users/[id]', { id: undefined }],
    ['/users/[id]', { id: '.' }],
    ['/users/[id]', { id: '..' }],
    ['/users/[id]', { id: { toString: (): string => '..' } }],
    ['/users/[toString]', {}],
    ['/users/[id]/posts', { id: '..' }],
    ['/files/[...path]', { path: '../secret' }],
    ['/files/[...path]', { path: 'a/./b' }],
    ['/files/[...path]', { path: '/evil' }],
    ['/files/[...path]', { path: 'a/' }],
    ['/[...path]', { path: '/evil.example' }],
    ['users', {}],
    ['@evil.example', {}],
  ])('%s of %j is refused', (path, params) => {
    expect(() => fillPath(path, params)).toThrow(
      expect.objectContaining({ code: 'ERR_BLAIZE_CLIENT_REQUEST' }),
    );
  });

  test('a value arrives as it was, in its own segment', () => {
    fc.assert(
      fc.property(fc.string({ unit: character, minLength: 1 }), (id) => {
        fc.pre(id !== '.' && id !== '..');
        const url = new URL(`https://example.org/api${fillPath('/users/[id]/posts', { id })}`);
        const [, , , segment = ''] = url.pathname.split('/');
        // Of the URL, only this segment depends on the value.
        return (
          decodeURIComponent(segment) === id.toWellFormed() &&
          url.href === `https://example.org/api/users/${segment}/posts`
        );
      }),
    );
  });

  test('the rest of a path arrives as it was, or is refused', () => {
    const part = fc.oneof(fc.constantFrom('.', '..', '', '%2e', '\\', '?', '#', '\t'), fc.string());
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (parts) => {
        const path = parts.join('/');
        let filled: string;
        try {
          filled = fillPath('/files/[...path]', { path });
        } catch {
          expect(path.split('/').some((one) => one === '' || one === '.' || one === '..')).toBe(true);
          return;
        }
        const url = new URL(`https://example.org${filled}`);
        expect(url.pathname.slice('/files/'.length).split('/').map(decodeURIComponent).join('/')).toBe(path);
      }),
    );
  });
});

describe('the base', () => {
  test.each([
    ['https://example.org', 'https://example.org'],
    ['https://example.org/api/', 'https://example.org/api'],
    [new URL('http://localhost:3000/a/b'), 'http://localhost:3000/a/b'],
  ])('%s is %s', (base, read) => {
    expect(readBase(base)).toBe(read);
  });

  test.each([
    '',
    '/api',
    'ftp://example.org',
    'https://ada:hunter2@example.org',
    'https://x/?a=hunter2',
    'hunter2',
    'https://x/#a',
  ])('%j is refused, and not shown', (base) => {
    expect(() => readBase(base)).toThrow(/^(?!.*hunter2)The base URL must be of http: or https:/);
  });

  test('in a browser, it may be relative to the page', () => {
    Object.assign(globalThis, { location: { href: 'https://example.org/app/index.html' } });
    try {
      expect(readBase('/api')).toBe('https://example.org/api');
    } finally {
      Reflect.deleteProperty(globalThis, 'location');
    }
  });
});

test('a query repeats the names of lists, and leaves out what is not there', () => {
  const query = new URLSearchParams();
  addFields(query, { tag: ['a', undefined, 'b'], none: [], no: null, at: new Date(0), yes: true, n: 1n });
  expect(String(query)).toBe('tag=a&tag=b&at=1970-01-01T00%3A00%3A00.000Z&yes=true&n=1');
  expect(() => addFields(query, { filter: { a: 1 } })).toThrow(
    expect.objectContaining({ code: 'ERR_BLAIZE_CLIENT_REQUEST' }),
  );
});
