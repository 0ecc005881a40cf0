import { describe, expect, test } from 'vitest';

import { HttpError } from './http-error.ts';
import * as errors from './http-errors.ts';

test.each([
  [errors.BadRequestError, 400, 'ERR_BLAIZE_BAD_REQUEST'],
  [errors.UnauthorizedError, 401, 'ERR_BLAIZE_UNAUTHORIZED'],
  [errors.ForbiddenError, 403, 'ERR_BLAIZE_FORBIDDEN'],
  [errors.NotFoundError, 404, 'ERR_BLAIZE_NOT_FOUND'],
  [errors.RequestTimeoutError, 408, 'ERR_BLAIZE_REQUEST_TIMEOUT'],
  [errors.ConflictError, 409, 'ERR_BLAIZE_CONFLICT'],
  [errors.UnsupportedMediaTypeError, 415, 'ERR_BLAIZE_UNSUPPORTED_MEDIA_TYPE'],
  [errors.UnprocessableContentError, 422, 'ERR_BLAIZE_UNPROCESSABLE_ENTITY'],
  [errors.TooManyRequestsError, 429, 'ERR_BLAIZE_TOO_MANY_REQUESTS'],
  [errors.InternalServerError, 500, 'ERR_BLAIZE_INTERNAL_SERVER_ERROR'],
  [errors.NotImplementedError, 501, 'ERR_BLAIZE_NOT_IMPLEMENTED'],
  [errors.ServiceUnavailableError, 503, 'ERR_BLAIZE_SERVICE_UNAVAILABLE'],
])('%o is a %i', (ErrorClass, status, code) => {
  const cause = new Error('why');
  const plain = new ErrorClass();
  expect(plain).toBeInstanceOf(HttpError);
  expect(plain).toMatchObject({ name: ErrorClass.name, status, code, message: plain.title });
  expect(new ErrorClass('Said so.', { cause, details: [1], headers: { a: 'b' } })).toMatchObject({
    message: 'Said so.',
    cause,
    details: [1],
    headers: { a: 'b' },
  });
});

test('MethodNotAllowedError names the allowed methods', () => {
  const error = new errors.MethodNotAllowedError('DELETE', ['GET', 'HEAD']);
  expect(error).toMatchObject({
    status: 405,
    code: 'ERR_BLAIZE_METHOD_NOT_ALLOWED',
    headers: { allow: 'GET, HEAD' },
    message: 'DELETE is not allowed here; use GET or HEAD.',
  });
  expect(new errors.MethodNotAllowedError('PUT', ['GET']).message).toBe('PUT is not allowed here; use GET.');
});

test('NotAcceptableError lists what there is', () => {
  expect(new errors.NotAcceptableError(['application/json', 'text/html'])).toMatchObject({
    status: 406,
    code: 'ERR_BLAIZE_NOT_ACCEPTABLE',
    message: 'The answer is available as application/json, text/html.',
    details: { available: ['application/json', 'text/html'] },
  });
});

test('PayloadTooLargeError tells the limit', () => {
  expect(new errors.PayloadTooLargeError(1024)).toMatchObject({
    status: 413,
    code: 'ERR_BLAIZE_PAYLOAD_TOO_LARGE',
    details: { limit: 1024 },
    message: 'The body is larger than the limit of 1024 bytes.',
  });
});

describe('ValidationError', () => {
  const issue = (pointer: string, part: 'body' | 'query' = 'body') => ({
    in: part,
    pointer,
    code: 'invalid_type',
    message: 'Expected a number',
  });

  test('shows the first issue, and has all of them', () => {
    const issues = [issue('/items/0/price'), issue('/limit', 'query'), issue('/total')];
    const error = new errors.ValidationError(issues);
    expect(error).toMatchObject({ status: 400, code: 'ERR_BLAIZE_VALIDATION', details: issues });
    expect(error.message).toBe(
      'Request validation failed: body/items/0/price: Expected a number (and 2 more)',
    );
  });

  test('says how many there are, if only the first are listed', () => {
    const error = new errors.ValidationError([issue('/0'), issue('/1')], 20_000);
    expect(error.message).toBe('Request validation failed: body/0: Expected a number (and 19,999 more)');
    expect(error.details).toHaveLength(2);
  });

  test.each([
    [[issue('', 'query')], 'query: Expected a number'],
    [[issue('/3/id')], 'body/3/id: Expected a number'],
    [[], 'no details'],
  ])('puts %j in words', (issues, words) => {
    expect(new errors.ValidationError(issues).message).toBe(`Request validation failed: ${words}`);
  });
});
