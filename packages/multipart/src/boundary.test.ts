import { expect, test } from 'vitest';

import { boundaryOf } from './boundary.ts';

test.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['Multipart/Form-Data;BOUNDARY=abc', 'abc'],
  ['multipart/form-data; boundary="a b"', 'a b'],
  ['multipart/form-data; boundary="a\\b"', 'ab'],
  ['multipart/form-data; charset=utf-8; boundary=----=_Part_1', '----=_Part_1'],
  ['multipart/form-data; boundary=a:b/c?d', 'a:b/c?d'],
  ['multipart/form-data; boundary=a; ', 'a'],
  [`multipart/form-data; boundary=${'x'.repeat(70)}`, 'x'.repeat(70)],
])('reads %s', (type, expected) => {
  expect(boundaryOf(type)).toBe(expected);
});

test.each([
  ['multipart/form-data', 400],
  ['multipart/form-data;', 400],
  ['multipart/form-data; boundary', 400],
  ['multipart/form-data; boundary=', 400],
  ['multipart/form-data; boundary=""', 400],
  ['multipart/form-data; boundary="a', 400],
  ['multipart/form-data; boundary="a "', 400],
  ['multipart/form-data; boundary=a b', 400],
  ['multipart/form-data; boundary=a; boundary=b', 400],
  ['multipart/form-data; boundary=a, multipart/form-data; boundary=a', 400],
  ['multipart/form-data; boundary="a{b"', 400],
  [`multipart/form-data; boundary=${'x'.repeat(71)}`, 400],
  ['multipart/form-data; boundary=a; charset=iso-8859-1', 415],
  ['multipart/mixed; boundary=a', 415],
  ['multipart/form-data-x; boundary=a', 415],
  [undefined, 415],
])('refuses %s with %i', (type, status) => {
  expect(() => boundaryOf(type)).toThrow(expect.objectContaining({ status }));
});
