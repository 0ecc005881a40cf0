import { validateHeaderName, validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { assertHeaderName, assertHeaderValue } from './header-field.ts';

/** What came of a check: nothing, or the name and code of the error. */
function outcome(check: () => void): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    const { name, code } = error as TypeError & { code?: string };
    return { name, code };
  }
}

const others = fc.oneof(fc.anything(), fc.constantFrom(undefined, null, Symbol('s'), 3, ['a', 'b\n']));
// Mostly what is nearly right: few random strings are names.
const latin = fc.string({
  unit: fc.integer({ min: 0, max: 0x17f }).map((code) => String.fromCharCode(code)),
});
const token = fc.string({ unit: fc.constantFrom(...Array.from('aZ09!#$%&\'*+-.^_`|~ :\n(/@{"')) });
const texts = fc.oneof(latin, token, fc.string({ unit: 'binary' }));

describe('assertHeaderName', () => {
  test("has the same outcome as Node's", () => {
    fc.assert(
      fc.property(fc.oneof(texts, others), (name) => {
        const ours = outcome(() => assertHeaderName(name as string));
        expect(ours).toEqual(outcome(() => validateHeaderName(name as string)));
      }),
      { numRuns: 2000 },
    );
  });

  test('agrees on every single character', () => {
    for (let code = 0; code < 0x200; code++) {
      const name = String.fromCharCode(code);
      const ours = outcome(() => assertHeaderName(name));
      expect(ours, `U+${code.toString(16)}`).toEqual(outcome(() => validateHeaderName(name)));
    }
  });

  test.each([
    ['', '"" is not a valid header name.'],
    ['a b', '"a b" is not a valid header name.'],
    [7 as unknown as string, 'A number is not a valid header name.'],
  ])('names the offender: %j', (name, message) => {
    expect(() => assertHeaderName(name)).toThrow(message);
  });
});

describe('assertHeaderValue', () => {
  test("has the same outcome as Node's", () => {
    fc.assert(
      fc.property(fc.oneof(texts, others), (value) => {
        const ours = outcome(() => assertHeaderValue('x', value as string));
        expect(ours).toEqual(outcome(() => validateHeaderValue('x', value as string)));
      }),
      { numRuns: 2000 },
    );
  });

  test('agrees on every single character', () => {
    for (let code = 0; code < 0x200; code++) {
      const value = String.fromCharCode(code);
      const ours = outcome(() => assertHeaderValue('x', value));
      expect(ours, `U+${code.toString(16)}`).toEqual(outcome(() => validateHeaderValue('x', value)));
    }
  });

  test('says where the value is wrong, and keeps it to itself', () => {
    expect(() => assertHeaderValue('set-cookie', 'secret\r\n')).toThrow(
      'The value of the header "set-cookie" has a character that cannot be sent: U+000D, at index 6.',
    );
  });

  test('refuses a missing value', () => {
    expect(() => assertHeaderValue('x', undefined as unknown as string)).toThrow('"x" has no value');
  });
});
