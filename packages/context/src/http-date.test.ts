import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseHttpDate } from './http-date.ts';

describe('an HTTP-date', () => {
  test.each([
    ['the usual form', 'Sun, 06 Nov 1994 08:49:37 GMT', 784_111_777],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', 784_111_777],
    ['asctime()', 'Sun Nov  6 08:49:37 1994', 784_111_777],
    ['a leap second', 'Sat, 31 Dec 2016 23:59:60 GMT', 1_483_228_800],
    ['a leap day', 'Thu, 29 Feb 2024 00:00:00 GMT', 1_709_164_800],
    ['before 1970', 'Wed, 31 Dec 1969 23:59:59 GMT', -1],
  ])('%s', (_, text, seconds) => {
    expect(parseHttpDate(text)).toBe(seconds);
  });

  test('two digits of a year are at most 50 years ahead', () => {
    const year = new Date().getUTCFullYear();
    const digits = (full: number) => String(full % 100).padStart(2, '0');
    const read = (full: number) =>
      new Date(parseHttpDate(`Monday, 01-Jul-${digits(full)} 00:00:00 GMT`)! * 1000).getUTCFullYear();
    expect(read(year)).toBe(year);
    expect(read(year - 40)).toBe(year - 40);
  });

  test.each([
    '',
    '0',
    '2024',
    '2024-02-29T00:00:00Z',
    'Thu, 29 Feb 2023 00:00:00 GMT',
    'Thu, 31 Apr 2024 00:00:00 GMT',
    'Thu, 00 Jan 2024 00:00:00 GMT',
    'Thu, 29 Feb 2024 24:00:00 GMT',
    'Thu, 29 Feb 2024 00:60:00 GMT',
    'Thu, 29 Feb 2024 00:00:00',
    'Thu, 29 Feb 2024 00:00:00 +0000',
    'Thu, 29 Feb 2024 00:00:00 CET',
    'thu, 29 feb 2024 00:00:00 gmt',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
  ])('%j is none', (text) => {
    expect(parseHttpDate(text)).toBeUndefined();
  });

  test('reads what toUTCString() writes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(parseHttpDate(date.toUTCString())).toBe(Math.floor(Number(date) / 1000));
        },
      ),
    );
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseHttpDate(text)).toBeUndefined();
      }),
    );
  });
});
