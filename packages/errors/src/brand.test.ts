import { describe, expect, test, vi } from 'vitest';

import * as errors from './index.ts';

vi.resetModules();
const copy = await import('./index.ts');

type Kind = abstract new (...args: never) => Error;

/** One error of each class. */
function made(from: typeof errors): Error[] {
  return [
    new from.BlaizeError('ERR_MINE', 'x'),
    new from.CertificateError('x'),
    new from.ConfigurationError([]),
    new from.ListenError(new Error('x'), 'localhost', 80),
    new from.PluginError('db', 'failed.'),
    new from.RouteConflictError('x'),
    new from.RouteLoadError('a.ts', 'x'),
    new from.ServerStateError('x'),
    new from.HttpError(418),
    new from.BadRequestError(),
    new from.ConflictError(),
    new from.ForbiddenError(),
    new from.InternalServerError(),
    new from.MethodNotAllowedError('PUT', ['GET']),
    new from.NotAcceptableError(['text/html']),
    new from.NotFoundError(),
    new from.NotImplementedError(),
    new from.PayloadTooLargeError(1),
    new from.RequestTimeoutError(),
    new from.ServiceUnavailableError(),
    new from.TooManyRequestsError(),
    new from.UnauthorizedError(),
    new from.UnprocessableContentError(),
    new from.UnsupportedMediaTypeError(),
    new from.ValidationError([]),
  ];
}

const classesOf = (from: typeof errors): [name: string, kind: Kind][] =>
  Object.entries(from).flatMap(([name, value]) =>
    typeof value === 'function' ? [[name, value as Kind] as [string, Kind]] : [],
  );

/** The names of the classes that an error is an instance of. */
const kindsOf = (error: unknown, from: typeof errors): string[] =>
  classesOf(from)
    .filter(([, kind]) => error instanceof kind)
    .map(([name]) => name);

/** The same without `instanceof`: its class, and what that extends. */
function lineage(error: Error): string[] {
  const names = [];
  for (
    let at: object | null = Object.getPrototypeOf(error);
    at;
    at = Object.getPrototypeOf(at) as object | null
  )
    names.push(at.constructor.name);
  return names.slice(0, names.indexOf('Error')).sort();
}

test('the copy is another one', () => {
  expect(copy.HttpError).not.toBe(errors.HttpError);
});

test('no class was forgotten', () => {
  const names = made(errors).map((error) => error.constructor.name);
  expect(names.sort()).toEqual(
    classesOf(errors)
      .map(([name]) => name)
      .sort(),
  );
});

test.each(made(copy).map((error) => [error.name, error] as const))(
  '%s of a copy is an instance of its class and of what that extends, and of no other',
  (name, error) => {
    const expected = lineage(error);
    expect(expected).toContain(name);
    expect(kindsOf(error, errors).sort()).toEqual(expected);
    expect(kindsOf(error, copy).sort()).toEqual(expected);
  },
);

describe('a subclass of a user', () => {
  class UserNotFound extends errors.NotFoundError {}
  class NamedAlike extends copy.NotFoundError {}
  Object.defineProperty(NamedAlike, 'name', { value: 'UserNotFound' });

  test('is an instance of what it extends, in both copies', () => {
    const expected = ['HttpError', 'NotFoundError'];
    expect(kindsOf(new UserNotFound(), errors)).toEqual(expected);
    expect(kindsOf(new UserNotFound(), copy)).toEqual(expected);
  });

  test('keeps the ordinary meaning for itself', () => {
    class Narrower extends UserNotFound {}
    expect(new UserNotFound()).toBeInstanceOf(UserNotFound);
    expect(new Narrower()).toBeInstanceOf(UserNotFound);
    expect(new errors.NotFoundError()).not.toBeInstanceOf(UserNotFound);
    expect(new copy.NotFoundError()).not.toBeInstanceOf(UserNotFound);
    expect(new NamedAlike()).not.toBeInstanceOf(UserNotFound);
  });
});

test.each([
  undefined,
  null,
  'NotFoundError',
  404,
  () => 1,
  {},
  new Error('x'),
  { name: 'NotFoundError', status: 404, '~brand': true },
  JSON.parse('{"__proto__":{"~brand":"NotFoundError"},"name":"NotFoundError"}') as unknown,
  errors.NotFoundError,
])('%o is an instance of none', (value) => {
  expect(kindsOf(value, errors)).toEqual([]);
});

test('the mark is not among the properties of an error', () => {
  const error = new errors.NotFoundError();
  expect(Object.getOwnPropertySymbols(error)).toEqual([]);
  expect(Object.keys(error).sort()).toEqual([
    'code',
    'details',
    'headers',
    'limit',
    'name',
    'status',
    'type',
  ]);
});
