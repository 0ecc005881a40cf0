import { STATUS_CODES } from 'node:http';
import { describe, expect, test } from 'vitest';

import { codeOf, isErrorStatus, titleOf } from './status.ts';

describe('titleOf', () => {
  test("is Node's phrase for every status that Node knows, and for no other", () => {
    for (let status = 100; status < 600; status++) {
      const phrase = STATUS_CODES[status] ?? (status < 500 ? 'Client Error' : 'Server Error');
      expect(titleOf(status), String(status)).toBe(phrase);
    }
  });

  test.each([
    [404, 'Not Found'],
    [499, 'Client Error'],
    [599, 'Server Error'],
  ])('%s is %s', (status, title) => {
    expect(titleOf(status)).toBe(title);
  });
});

test.each([
  [404, 'ERR_BLAIZE_NOT_FOUND'],
  [418, 'ERR_BLAIZE_I_M_A_TEAPOT'],
  [499, 'ERR_BLAIZE_CLIENT_ERROR'],
])('the code of %s is %s', (status, code) => {
  expect(codeOf(status)).toBe(code);
});

test.each([
  [400, true],
  [599, true],
  [399, false],
  [600, false],
  [404.5, false],
  [NaN, false],
])('%s is an error status: %s', (status, expected) => {
  expect(isErrorStatus(status)).toBe(expected);
});
