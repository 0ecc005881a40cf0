import { describe, expect, test } from 'vitest';

import { type ErrorChain, readChain } from './shown-error.ts';

const fail = (): never => {
  throw new Error('hostile');
};
const hostile = new Proxy(new Error('x'), { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail });
const told = ({ errors }: ErrorChain): string[] =>
  errors.map(({ relation, level, name, message }) =>
    `${level} ${relation} ${name} ${message}`.replaceAll('  ', ' '),
  );
const readErrors = (error: unknown): string[] => told(readChain(error, undefined));

describe('a chain', () => {
  test('is the error and what caused it', () => {
    class NotSaved extends Error {}
    const error = new NotSaved('a', { cause: new TypeError('b', { cause: 'c' }) });
    expect(readErrors(error)).toEqual(['0 NotSaved a', '0 Caused by TypeError b', '0 Caused by c']);
  });

  test('includes the errors of an AggregateError, each with its causes', () => {
    const error = new AggregateError([new Error('a', { cause: 1n }), { b: 2 }], 'all', {
      cause: new Error('c'),
    });
    expect(readErrors(error)).toEqual([
      '0 AggregateError all',
      '1 Contains Error a',
      '1 Caused by 1n',
      '1 Contains { b: 2 }',
      '0 Caused by Error c',
    ]);
  });

  test('ends at a cycle', () => {
    const error = new Error('a');
    error.cause = new AggregateError([error, new Error('b', { cause: error })], 'c');
    expect(readErrors(error)).toEqual(['0 Error a', '0 Caused by AggregateError c', '1 Contains Error b']);
  });

  test('is cut if it is long or wide', () => {
    let error = new Error('0');
    for (let index = 1; index < 1_000; index++) error = new Error(String(index), { cause: error });
    const long = readChain(error, undefined);
    expect([long.errors.length, long.more]).toEqual([9, true]);
    const wide = readChain(
      new AggregateError(Array.from({ length: 100_000 }, () => new Error('x'))),
      undefined,
    );
    expect([wide.errors.length, wide.more]).toEqual([16, true]);
  });

  test('has codes, which may be numbers', () => {
    const error = Object.assign(new Error('a', { cause: Object.assign(new Error('b'), { code: 7 }) }), {
      code: 'ENOENT',
    });
    expect(readChain(error, undefined).errors.map(({ code }) => code)).toEqual(['ENOENT', '7']);
  });
});

describe('an error that cannot be read', () => {
  test('does no harm', () => {
    expect(readErrors(hostile)).toHaveLength(1);
    expect(readErrors(new Error('a', { cause: hostile }))).toHaveLength(2);
    expect(readErrors(new AggregateError([hostile, hostile], 'a'))).toHaveLength(2);
    expect(readErrors(Object.assign(new Error('a'), { errors: hostile }))).toEqual(['0 Error a']);
    expect(readErrors(Object.assign(new Error('a'), { errors: new Proxy([], { get: fail }) }))).toEqual([
      '0 Error a',
    ]);
    const { proxy, revoke } = Proxy.revocable<unknown[]>([], {});
    revoke();
    expect(readErrors(Object.assign(new Error('a'), { errors: proxy, cause: proxy }))).toHaveLength(2);
  });

  test.each(['name', 'message', 'stack', 'cause', 'code', 'errors', 'constructor'])(
    'because of its %s',
    (key) => {
      expect(readErrors(Object.defineProperty(new Error('a'), key, { get: fail }))).toHaveLength(1);
      expect(
        readErrors(Object.defineProperty(new Error('a'), key, { value: Symbol('s') })).length,
      ).toBeGreaterThan(0);
    },
  );

  test.each([
    undefined,
    null,
    'text',
    7,
    Symbol('s'),
    () => 1,
    Object.create(null),
    {
      get message() {
        return fail();
      },
    },
  ])('case %#: a value that is not an error is described', (thrown) => {
    const { errors } = readChain(thrown, undefined);
    expect(errors).toEqual([expect.objectContaining({ name: '', message: expect.any(String), frames: [] })]);
  });
});

test('control characters, and those that change the direction of text, are written out (CVE-2021-42574)', () => {
  const error = new Error('\u001b[2J\u009b31m\u202e\u2066\u0000\ud800 fine\n\ttext ✓');
  error.name = 'N\u001b';
  const [{ name, message }] = readChain(error, undefined).errors;
  expect(name).toBe(String.raw`N\u001b`);
  expect(message).toBe(String.raw`\u001b[2J\u009b31m\u202e\u2066\u0000` + '\ufffd fine\n\ttext ✓');
});
