import { runInNewContext } from 'node:vm';

import { expect, test } from 'vitest';

import { describeError } from './describe-error.ts';

const fail = (): never => {
  throw new Error('hostile');
};

test('an error is described in plain values, with its own properties, what caused it, and what it contains', () => {
  const cause = Object.assign(new TypeError('why'), { code: 'E_WHY', errno: -1, socket: { secret: 1 } });
  const described = describeError(new AggregateError([new RangeError('one'), 'two'], 'all', { cause }));
  expect(described).toEqual({
    type: 'AggregateError',
    message: 'all',
    stack: expect.stringContaining('AggregateError: all') as string,
    cause: {
      type: 'TypeError',
      message: 'why',
      stack: expect.any(String) as string,
      code: 'E_WHY',
      errno: -1,
    },
    errors: [
      { type: 'RangeError', message: 'one', stack: expect.any(String) as string },
      { type: 'string', message: 'two' },
    ],
  });
});

test('it is JSON, whatever the error is made of', () => {
  const cyclic = new AggregateError([], 'cyclic');
  cyclic.errors.push(cyclic);
  let deep = new Error('0');
  for (let level = 1; level < 20_000; level++) deep = new Error(String(level), { cause: deep });
  const { proxy: revoked, revoke } = Proxy.revocable(new Error('x'), {});
  revoke();
  const getters = Object.defineProperties(new Error('x'), {
    message: { get: fail },
    more: { get: fail, enumerable: true },
  });
  const messages = [
    Object.freeze(new Error('frozen')),
    cyclic,
    deep,
    getters,
    revoked,
    Symbol('s'),
    fail,
    null,
  ].map((error) => (JSON.parse(JSON.stringify(describeError(error))) as { message: string }).message);
  expect(messages).toEqual([
    'frozen',
    'cyclic',
    '19999',
    'could not be read',
    'could not be read',
    'Symbol(s)',
    'a function',
    'null',
  ]);
});

test('it stops where it gets too much', () => {
  const wide = new AggregateError(
    Array.from({ length: 1000 }, (_, index) => new Error(String(index))),
    'wide',
  );
  expect(describeError(wide).errors).toHaveLength(15);
});

test('an error of another realm has all that one of this realm has', () => {
  const error: unknown = runInNewContext('new TypeError("other realm", { cause: new Error("inner") })');
  expect(describeError(error)).toMatchObject({
    type: 'TypeError',
    message: 'other realm',
    cause: { message: 'inner' },
  });
});
