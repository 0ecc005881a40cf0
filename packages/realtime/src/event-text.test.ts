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

test.each([' a', 'a ', 'a\t', '\uFEFFa', 'a\uD800', '\uDC00', 'a\u0001', 'a\u001fb', '\u007fa'])(
  '%j is no id, as it would not come back',
  (id) => {
    expect(() => formatEvent({ id })).toThrow('could not send it back');
  },
);

test('an id has an upper bound, in bytes', () => {
  expect(formatEvent({ id: 'ü'.repeat(2_048) })).toHaveLength(2_048 + 6);
  expect(() => formatEvent({ id: 'ü'.repeat(2_049) })).toThrow(
    'The id of an event may have 4096 bytes, since clients send it back in a header; it has 4098.',
  );
});

test('other characters that some take for line ends or marks are only text', () => {
  const data = '\uFEFFa\u2028b\u2029c\u0085d\v\f\0e: f';
  expect(formatEvent({ data })).toBe(`data: ${data}\n\n`);
  expect(formatEvent({ id: 'a\u2028data: b', event: 'x\u0085' })).toBe(
    'id: a\u2028data: b\nevent: x\u0085\n\n',
  );
});
