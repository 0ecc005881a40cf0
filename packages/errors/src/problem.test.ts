import { runInNewContext } from 'node:vm';

import { describe, expect, test } from 'vitest';

import { HttpError } from './http-error.ts';
import { NotFoundError, ServiceUnavailableError } from './http-errors.ts';
import { toError, toProblem } from './problem.ts';

const development = { correlationId: 'abc', production: false };
const production = { correlationId: 'abc', production: true };

const circular: Record<string, unknown> = {};
circular.self = circular;
const fail = (): never => {
  throw new Error('hostile');
};

/** What can be thrown that is no error, and what is said of it. */
const OTHERS: [thrown: unknown, said: string][] = [
  ['a string', 'a string'],
  ['', ''],
  [null, 'null'],
  [undefined, 'undefined'],
  [42, '42'],
  [10n, '10'],
  [Symbol('s'), 'Symbol(s)'],
  [{ code: 7 }, '{"code":7}'],
  [[1, 2], '[1,2]'],
  [circular, 'a value of type object'],
  [{ toJSON: () => undefined, toString: fail }, 'a value of type object'],
  [Object.create(null), '{}'],
  [{ toJSON: fail, toString: fail }, 'a value of type object'],
  [() => 1, 'a value of type function'],
  [new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail }), 'a value of type object'],
];

test('an error whose message is none does no harm', () => {
  const error = new Error('x');
  Object.defineProperty(error, 'message', { get: fail });
  expect(toProblem(error, development).detail).toBe('a value of type object');
  expect(toProblem(Object.assign(new Error(), { message: circular }), development).detail).toBe(
    'a value of type object',
  );
});

describe('toProblem', () => {
  test.each([
    ['a proxy that claims all and gives nothing', new Proxy({}, { has: () => true, get: fail })],
    [
      'a proxy that claims all and gives nonsense',
      new Proxy({}, { has: () => true, get: () => Symbol('s') }),
    ],
    ['a proxy whose prototype throws', new Proxy(new NotFoundError(), { get: fail, getPrototypeOf: fail })],
    ['an error with a status that is none', Object.create(HttpError.prototype, { status: { value: 200 } })],
    ['an error without anything', Object.create(NotFoundError.prototype)],
    [
      'an error whose getter throws',
      new (class extends NotFoundError {
        override get expose(): boolean {
          return fail();
        }
      })(),
    ],
  ])('%s is a 500', (_what, thrown) => {
    expect(toProblem(thrown, production)).toMatchObject({
      status: 500,
      detail: 'Internal Server Error',
      code: 'ERR_BLAIZE_INTERNAL_SERVER_ERROR',
    });
    expect(() => JSON.stringify(toProblem(thrown, development))).not.toThrow();
  });

  test('has all members of problem details, and those of ours', () => {
    const error = new HttpError(409, 'Taken.', {
      code: 'TAKEN',
      details: { name: 'ada' },
      type: 'https://example.com/taken',
    });
    const before = Date.now();
    const problem = toProblem(error, production);
    expect(problem).toEqual({
      type: 'https://example.com/taken',
      title: 'Conflict',
      status: 409,
      detail: 'Taken.',
      code: 'TAKEN',
      correlationId: 'abc',
      timestamp: expect.any(String) as string,
      details: { name: 'ada' },
    });
    expect(new Date(problem.timestamp).toISOString()).toBe(problem.timestamp);
    expect(Date.parse(problem.timestamp)).toBeGreaterThanOrEqual(before);
  });

  test('has no details where there are none', () => {
    expect(toProblem(new NotFoundError(), production)).not.toHaveProperty('details');
    expect(toProblem(new NotFoundError('x', { details: null }), production)).toHaveProperty('details', null);
  });

  test('a 5xx hides message and details in production only', () => {
    const error = new ServiceUnavailableError('db01 is down', { details: { host: 'db01' } });
    const hidden = toProblem(error, production);
    expect(hidden).toMatchObject({ status: 503, detail: 'Service Unavailable' });
    expect(JSON.stringify(hidden)).not.toContain('db01');
    expect(toProblem(error, development)).toMatchObject({
      detail: 'db01 is down',
      details: { host: 'db01' },
    });
  });

  test('a subclass decides what is shown', () => {
    class Maintenance extends ServiceUnavailableError {
      override get expose(): boolean {
        return true;
      }
    }
    class Secret extends NotFoundError {
      override get expose(): boolean {
        return false;
      }
    }
    expect(toProblem(new Maintenance('Back at noon.'), production).detail).toBe('Back at noon.');
    expect(toProblem(new Secret('/admin'), production).detail).toBe('Not Found');
  });

  test('any other error is a 500, whatever it says of itself', () => {
    const error = Object.assign(new Error('secret'), { status: 404, expose: true, code: 'ENOENT' });
    expect(toProblem(error, production)).toMatchObject({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: 'Internal Server Error',
      code: 'ERR_BLAIZE_INTERNAL_SERVER_ERROR',
    });
    expect(toProblem(error, development).detail).toBe('secret');
  });

  test('the cause is never shown', () => {
    const error = new NotFoundError('gone', { cause: new Error('SELECT * FROM secrets') });
    expect(JSON.stringify(toProblem(error, development))).not.toContain('SELECT');
  });

  test.each(OTHERS)('something else that was thrown (case %#) is a 500', (thrown, said) => {
    expect(toProblem(thrown, production)).toMatchObject({ status: 500, detail: 'Internal Server Error' });
    expect(toProblem(thrown, development)).toMatchObject({ status: 500, detail: said });
  });

  test('is JSON whatever the details are', () => {
    const shown = (details: unknown) =>
      JSON.stringify(toProblem(new NotFoundError('x', { details }), production));
    expect(shown({ a: 1 })).toContain('"details":{"a":1}');
    expect(shown(circular)).toContain('"details":"a value of type object"');
    expect(shown({ id: 1n })).toContain('"details":"a value of type object"');
  });
});

describe('toError', () => {
  test('leaves an error as it is', () => {
    const error = new TypeError('x');
    expect(toError(error)).toBe(error);
  });

  test('leaves an error of another realm as it is', () => {
    const error: unknown = runInNewContext('new TypeError("other realm")');
    expect(error).not.toBeInstanceOf(Error);
    expect(toError(error)).toBe(error);
    expect(toProblem(error, development)).toMatchObject({ status: 500, detail: 'other realm' });
  });

  test('makes an error of one that can not be read', () => {
    const proxy = new Proxy(new Error('x'), { get: fail, has: fail });
    const error = toError(proxy);
    expect([error.message, error.cause === proxy]).toEqual(['Thrown: a value of type object', true]);
    expect(error).not.toBeInstanceOf(HttpError);
    expect(proxy).not.toBeInstanceOf(HttpError);
  });

  test('what only says that it is an error is none', () => {
    const fake = { [Symbol.toStringTag]: 'Error' };
    expect(toError(fake).message).toBe('Thrown: {}');
  });

  test.each(OTHERS)(
    'makes an error of anything else (case %#), and keeps it as the cause',
    (thrown, said) => {
      const error = toError(thrown);
      expect(error).toBeInstanceOf(Error);
      expect(error.message).toBe(`Thrown: ${said}`);
      expect(Object.is(error.cause, thrown)).toBe(true);
    },
  );
});
