import { STATUS_CODES } from 'node:http';
import { describe, expect, test } from 'vitest';

import { codeOf, isErrorStatus, titleOf } from './status.ts';

describe('titleOf', () => {
  test("is Node's phrase for every status that Node knows, but for names that RFC 9110 has changed", () => {
    const changed = new Set([413, 422]);
    for (const [status, phrase] of Object.entries(STATUS_CODES).map(([key, text]) => [Number(key), text])) {
      if (!changed.has(Number(status))) expect(titleOf(Number(status))).toBe(phrase);
    }
  });

  test.each([
    [404, 'Not Found'],
    [413, 'Content Too Large'],
    [422, 'Unprocessable Content'],
    [199, 'Informational'],
    [299, 'Successful'],
    [399, 'Redirection'],
    [499, 'Client Error'],
    [599, 'Server Error'],
  ])('%s is %s', (status, title) => {
    expect(titleOf(status)).toBe(title);
  });
});

test.each([
  [404, 'ERR_BLAIZE_NOT_FOUND'],
  [413, 'ERR_BLAIZE_PAYLOAD_TOO_LARGE'],
  [422, 'ERR_BLAIZE_UNPROCESSABLE_ENTITY'],
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
