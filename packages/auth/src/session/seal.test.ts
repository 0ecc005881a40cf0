import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Sealer } from './seal.ts';

const SECRET = 'a secret for tests that is long enough';
const OTHER = 'another secret, which is long enough too';
const sealer = new Sealer([SECRET], 'data a');

describe('Sealer', () => {
  test('opens what it has sealed, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const sealed = sealer.seal(bytes);
        expect(sealed).toMatch(/^[\w-]+$/);
        expect(sealer.open(sealed)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('opens nothing else, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^AQ[\w-]{0,200}$/)), (text) => {
        expect(sealer.open(text)).toBeUndefined();
      }),
    );
  });

  test('opens nothing that was changed in one bit or cut off', () => {
    const bytes = Buffer.from(sealer.seal(Buffer.from('hello')), 'base64url');
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const copy = Buffer.from(bytes);
        copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(sealer.open(copy.toString('base64url'))).toBeUndefined();
      }),
    );
    for (let length = 0; length < bytes.length; length++) {
      expect(sealer.open(bytes.subarray(0, length).toString('base64url'))).toBeUndefined();
    }
  });

  test('opens it in one spelling only', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // Of each length that the last group can have.
    for (const text of ['a', 'ab', 'abc']) {
      const sealed = sealer.seal(Buffer.from(text));
      expect(sealer.open(sealed)?.toString()).toBe(text);
      for (const letter of letters) {
        expect(sealer.open(sealed + letter)).toBeUndefined();
        const other = sealed.slice(0, -1) + letter;
        expect(sealer.open(other)?.toString()).toBe(other === sealed ? text : undefined);
      }
      for (const more of ['=', '==', ' ', '\n', '.']) expect(sealer.open(sealed + more)).toBeUndefined();
    }
  });

  test('is for one purpose and one secret', () => {
    const sealed = sealer.seal(Buffer.from('hello'));
    expect(new Sealer([SECRET], 'data b').open(sealed)).toBeUndefined();
    expect(new Sealer([OTHER], 'data a').open(sealed)).toBeUndefined();
    expect(new Sealer([OTHER, SECRET], 'data a').open(sealed)?.toString()).toBe('hello');
    expect(new Sealer([Buffer.from(SECRET)], 'data a').open(sealed)?.toString()).toBe('hello');
  });
});
