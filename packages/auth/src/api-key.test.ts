import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createApiKey, hashApiKey, isApiKey, isSameHash } from './api-key.ts';

test('a key has a prefix, 256 random bits and a checksum; what is stored is its hash', () => {
  const { key, hash } = createApiKey('acme_live');
  expect(key).toMatch(/^acme_live_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/);
  expect(hash).toBe(createHash('sha256').update(key).digest('hex'));
  expect(hashApiKey(key)).toBe(hash);
  expect(createApiKey('acme_live').key).not.toBe(key);
});

test('a key is known by its text', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9]{1,8}(?:_[A-Za-z0-9]{1,8})?$/), (prefix) => {
      const { key } = createApiKey(prefix);
      expect(isApiKey(key, prefix)).toBe(true);
      expect(isApiKey(key, `${prefix}x`)).toBe(false);
    }),
  );
});

test('any typo shows', () => {
  const { key } = createApiKey('acme');
  const digit = fc.constantFrom(
    ...Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_- \0é'),
  );
  fc.assert(
    fc.property(fc.nat(key.length - 1), digit, (index, other) => {
      fc.pre(key[index] !== other);
      expect(isApiKey(key.slice(0, index) + other + key.slice(index + 1), 'acme')).toBe(false);
      expect(isApiKey(key.slice(0, index) + key.slice(index + 1), 'acme')).toBe(false);
    }),
  );
});

test.each(['', 'a b', '_a', 'a_', 'a__b', 'é', 'a-b', 'a'.repeat(101)])('%j is no prefix', (prefix) => {
  expect(() => createApiKey(prefix)).toThrow('prefix: expected up to 100 letters and digits');
});

test('texts of any length are no keys, in little time', () => {
  for (const text of ['', '_', 'acme_', 'a_'.repeat(500_000), '_'.repeat(500_000), 'a'.repeat(1_000_000)]) {
    expect(isApiKey(text, 'acme')).toBe(false);
  }
});

test('hashes are compared whatever their case', () => {
  const { hash } = createApiKey('a');
  expect(isSameHash(hash, hash.toUpperCase())).toBe(true);
  expect(isSameHash(hash, hash.slice(1))).toBe(false);
  expect(isSameHash(hash, createApiKey('a').hash)).toBe(false);
});
