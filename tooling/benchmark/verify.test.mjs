import { describe, expect, it } from 'vitest';

import { problemWith } from './verify.mjs';

describe('problemWith', () => {
  const expected = { status: 200, answer: { message: 'Hello, World!' } };
  const right = {
    status: 200,
    type: 'application/json;charset=UTF-8',
    body: Buffer.from('{"message":"Hello, World!"}'),
  };

  it('finds nothing where the answer is right', () => {
    expect(problemWith(expected, right)).toBeUndefined();
  });

  it.each([
    ['status', { ...right, status: 500 }],
    ['content-type', { ...right, type: 'text/html' }],
    ['body', { ...right, body: Buffer.from('{"message":"Hello"}') }],
  ])('finds another %s', (what, answer) => {
    expect(problemWith(expected, answer)).toMatch(what);
  });

  it('finds a stream that is too short', () => {
    const answer = { status: 200, type: 'application/octet-stream', body: Buffer.alloc(1000) };
    expect(problemWith({ status: 200 }, answer)).toBe('1000 bytes');
  });
});
