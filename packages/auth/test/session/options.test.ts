import { randomBytes } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { memoryStore, session } from '../../src/session.ts';

const SECRET = 'x7Kq-SENSITIVE-9fQz-SENSITIVE-Lm2w';
const store = memoryStore();

/** The message of what session() throws. */
function problemsOf(options: unknown): string {
  try {
    session(options as never);
  } catch (error) {
    expect(error).toMatchObject({ name: 'BlaizeError', code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS' });
    return (error as Error).message;
  }
  return '';
}

describe('session()', () => {
  test('names itself, and has parts only where it needs them', () => {
    expect(Object.keys(session({ secret: SECRET })).sort()).toEqual(['name', 'onRequest', 'onSend']);
    expect(session({ store }).name).toBe('session');
  });

  test.each<[name: string, options: object]>([
    ['a secret of text', { secret: SECRET }],
    ['one of bytes', { secret: randomBytes(32) }],
    ['several', { secret: [SECRET, randomBytes(64)] }],
    ['a store', { store }],
    ['a store and a secret', { store, secret: SECRET }],
    [
      'all others',
      { secret: SECRET, revocations: store, idle: 1000, absolute: 1000, storeTimeout: 1, cookie: {} },
    ],
    [
      'what is not set',
      { secret: SECRET, store: undefined, cookie: undefined, idle: undefined, schema: undefined },
    ],
    ['less than the idle time in all', { store, absolute: 60_000 }],
    ['SameSite=None', { secret: SECRET, cookie: { sameSite: 'none' } }],
  ])('takes %s', (_name, options) => {
    expect(problemsOf(options)).toBe('');
  });

  test.each<[name: string, options: unknown, problem: string]>([
    ['no options', undefined, 'options: expected an object of options, such as { secret }, received nothing'],
    [
      'neither a secret nor a store',
      {},
      'secret: expected a secret of at least 32 bytes, or a list of them, or a `store`, received nothing',
    ],
    ['an empty list', { secret: [] }, 'secret: expected a secret of at least 32 bytes'],
    [
      'a secret that is not set',
      { secret: [SECRET, undefined] },
      'secret: expected a secret of at least 32 bytes',
    ],
    ['a number as secret', { secret: 1234567890 }, 'received "(a value of type number)"'],
    ['a key that is misspelt', { secrets: [SECRET] }, 'Did you mean `secret`?'],
    [
      'a key that is unknown',
      { secret: SECRET, ttl: 1 },
      'ttl: expected one of the options secret, store, revocations, cookie, idle, absolute, schema, storeTimeout',
    ],
    [
      'something else as store',
      { store: new Map() },
      'store: expected a store with get(), set(), delete() and deleteTag()',
    ],
    [
      'revocations besides a store',
      { store, revocations: store },
      'revocations: expected nothing, since a `store` ends sessions by itself',
    ],
    ['seconds', { store, idle: 900 }, 'idle: expected a whole number of milliseconds, 1000 to'],
    [
      'more than browsers keep',
      { store, absolute: 1e12 },
      'absolute: expected a whole number of milliseconds',
    ],
    [
      'an idle time above the absolute one',
      { store, idle: 5000, absolute: 4000 },
      'idle: expected no more than `absolute`, 4000, received 5000',
    ],
    ['no schema', { store, schema: {} }, 'schema: expected a Standard Schema'],
    ['no time for the store', { store, storeTimeout: 0 }, 'storeTimeout: expected a whole number'],
    [
      'a cookie without a prefix that is kept',
      { store, cookie: { secure: false, name: '__Host-a' } },
      'cookie.secure: expected true, since browsers require it for the prefix __Host-',
    ],
    [
      'a domain with __Host-',
      { store, cookie: { domain: 'a.org', name: '__Host-a' } },
      'cookie.domain: expected no domain',
    ],
    ['a path with __host-', { store, cookie: { path: '/a', name: '__host-a' } }, 'cookie.path: expected "/"'],
    [
      'SameSite=None without TLS',
      { store, cookie: { secure: false, sameSite: 'none' } },
      'cookie.sameSite: expected "lax" or "strict"',
    ],
    [
      'a partition without TLS',
      { store, cookie: { secure: false, partitioned: true } },
      'cookie.partitioned: expected false',
    ],
    ['a name with a space', { store, cookie: { name: 'a b' } }, 'cookie.name: expected a name'],
    ['a header in a domain', { store, cookie: { domain: 'a; path=/' } }, 'cookie.domain: expected a host'],
    ['a header in a path', { store, cookie: { path: '/;x' } }, 'cookie.path: expected a path'],
    [
      'a cookie that scripts can read',
      { store, cookie: { httpOnly: false } },
      'cookie.httpOnly: expected one of the options',
    ],
  ])('refuses %s', (_name, options, problem) => {
    expect(problemsOf(options)).toContain(problem);
    expect(problemsOf(options)).toMatch(/^The options of session\(\) have \d problems?:/);
  });

  test('lists every problem at once', () => {
    expect(problemsOf({ secret: 'short', idle: 1, cookie: { sameSite: 'maybe' } })).toMatch(
      /have 3 problems/,
    );
  });

  test.each<unknown>([
    SECRET,
    [SECRET],
    { secret: 'SENSITIVE' },
    { secret: ['SENSITIVE', SECRET] },
    { secret: Buffer.from('SENSITIVE') },
    { secrets: SECRET },
    { sekret: [SECRET], idle: SECRET },
    { store: SECRET },
    { secret: { key: SECRET } },
    { secret: [{ toString: () => SECRET }] },
    { secret: SECRET, cookie: SECRET },
    { secret: SECRET, cookie: { name: 'a b', secret: SECRET } },
  ])('shows no secret: %#', (options) => {
    const message = problemsOf(options);
    expect(message).not.toBe('');
    expect(message).not.toContain('SENSITIVE');
    try {
      session(options as never);
    } catch (error) {
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('SENSITIVE');
    }
  });

  test('checks the length of a secret in bytes', () => {
    expect(problemsOf({ secret: 'é'.repeat(15) })).toContain('received "(30 bytes)"');
    expect(problemsOf({ secret: 'é'.repeat(16) })).toBe('');
  });
});
