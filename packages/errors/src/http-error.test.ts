import { describe, expect, test } from 'vitest';

import { HttpError } from './http-error.ts';

describe('HttpError', () => {
  test('has title, message and code of its status where nothing else was said', () => {
    expect(new HttpError(418)).toMatchObject({
      name: 'HttpError',
      status: 418,
      title: "I'm a Teapot",
      message: "I'm a Teapot",
      code: 'ERR_BLAIZE_I_M_A_TEAPOT',
      type: 'about:blank',
      details: undefined,
      headers: {},
    });
  });

  test('takes whatever else there is to say', () => {
    const cause = new TypeError('no such row');
    const options = {
      code: 'NO_ROW',
      details: { row: 7 },
      headers: { 'retry-after': '3' },
      type: 'https://example.com/no-row',
      cause,
    };
    expect(new HttpError(404, 'Row 7 is gone.', options)).toMatchObject({
      message: 'Row 7 is gone.',
      ...options,
    });
  });

  test.each([399, 600, 200, 404.5, NaN, '404' as unknown as number])('refuses status %s', (status) => {
    expect(() => new HttpError(status)).toThrow(
      new RangeError(`An HttpError needs a status from 400 to 599, not ${String(status)}.`),
    );
  });

  test.each([
    [{ 'bad name': 'x' }, 'ERR_INVALID_HTTP_TOKEN'],
    [{ 'x-a': 'a\r\nset-cookie: b' }, 'ERR_INVALID_CHAR'],
  ])('refuses header fields that cannot be sent: %j', (headers, code) => {
    expect(() => new HttpError(400, 'x', { headers })).toThrow(expect.objectContaining({ code }));
  });

  test('clients see the message below 500 only', () => {
    expect(new HttpError(499).expose).toBe(true);
    expect(new HttpError(500).expose).toBe(false);
  });

  test('is extended with its own name, code and fields', () => {
    class QuotaError extends HttpError {
      readonly left = 0;
      constructor(options?: ErrorOptions) {
        super(429, 'Used up.', { code: 'QUOTA', ...options });
      }
    }
    const cause = new Error('counter');
    const error = new QuotaError({ cause });
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ name: 'QuotaError', status: 429, code: 'QUOTA', left: 0, cause });
    expect(error.stack).toMatch(/^QuotaError: Used up\.|^Error: Used up\./);
  });

  test('keeps a chain of causes', () => {
    const root = new Error('ECONNREFUSED');
    const error = new HttpError(503, 'No database.', { cause: new Error('query failed', { cause: root }) });
    expect((error.cause as Error).cause).toBe(root);
    expect('cause' in new HttpError(503)).toBe(false);
  });
});
