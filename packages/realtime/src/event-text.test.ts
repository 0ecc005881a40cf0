import { describe, expect, test } from 'vitest';

import { formatEvent } from './index.ts';

test('writes the fields that there are', () => {
  expect(formatEvent({ id: '1', event: 'price', data: 'x', retry: 5 })).toBe(
    'retry: 5\nid: 1\nevent: price\ndata: x\n\n',
  );
  expect(formatEvent({ data: '' })).toBe('data: \n\n');
  expect(formatEvent({ id: '' })).toBe('id: \n\n');
});

test('splits data at CR, LF and CRLF, so that nothing in it is a field', () => {
  expect(formatEvent({ data: 'a\rid: 1\nevent: x\r\n\r\n\n\rb' })).toBe(
    'data: a\ndata: id: 1\ndata: event: x\ndata: \ndata: \ndata: \ndata: b\n\n',
  );
});

describe.each(['\r', '\n', '\0', '\r\n'])('%j', (bad) => {
  test.each(['id', 'event'] as const)('is refused in %s', (field) => {
    expect(() => formatEvent({ [field]: `a${bad}data: b` })).toThrow(
      expect.objectContaining({ code: 'ERR_BLAIZE_EVENT', message: expect.stringContaining('data: b') }),
    );
  });
});

test.each([1.5, -1, NaN, Infinity, '1\ndata: x'])('%j is no time to wait', (retry) => {
  expect(() => formatEvent({ retry: retry as number })).toThrow('must be a whole number of milliseconds');
});
