import { describe, expect, test } from 'vitest';

import { compose } from './compose.ts';
import { createMiddleware, toMiddleware } from './create-middleware.ts';

// Their types are in create-middleware.test-d.ts.
const invalid = (came: string, advice = '') =>
  expect.objectContaining({
    code: 'ERR_BLAIZE_MIDDLEWARE',
    message:
      `Middleware must be a function (ctx, next) or what createMiddleware() returned, not ${came}. ` +
      `It needs one of onRequest, handler, onSend, onError.${advice}`,
  }) as Error;

const NO_MIDDLEWARE: [value: unknown, came: string, advice?: string][] = [
  [undefined, 'a value of type undefined'],
  [null, 'null'],
  ['cors', 'a value of type string'],
  [{}, 'a value of type object'],
  [{ name: 'x', handler: 'y' }, 'a value of type object'],
  [[() => 1], 'a list', ' Spread it: `...list`.'],
  [
    { name: 'plugin', version: '1.0.0', setup: () => {} },
    'a value of type object',
    ' It is a plugin: add it to `plugins`.',
  ],
  [{ name: 'x', onReqest: () => {} }, 'a value of type object', ' Did you mean `onRequest`?'],
  [{ name: 'x', skip: () => true }, 'a value of type object'],
];

describe('createMiddleware', () => {
  test('makes one of a name, a handler and a condition', () => {
    const handler = (): void => {};
    const skip = (): boolean => true;
    expect(createMiddleware({ name: 'a', handler, skip })).toEqual({ name: 'a', handler, skip });
    const security = { basic: { type: 'http', scheme: 'basic' } } as const;
    expect(createMiddleware({ name: 'a', handler, security })).toEqual({ name: 'a', handler, security });
    expect(createMiddleware({ name: 'a', handler })).toEqual({ name: 'a', handler });
  });

  test('has any of its parts, and no more', () => {
    const onRequest = (): void => {};
    const onSend = (): void => {};
    const onError = (): void => {};
    expect(createMiddleware({ onRequest })).toEqual({ name: 'onRequest', onRequest });
    expect(createMiddleware({ name: 'a', onSend })).toEqual({ name: 'a', onSend });
    expect(createMiddleware({ onError })).toEqual({ name: 'anonymous', onError });
    const unset = { name: undefined, onSend, handler: undefined, skip: undefined };
    expect(Object.keys(createMiddleware(unset as { onSend: () => void }))).toEqual(['onSend', 'name']);
  });

  test.each([
    ['onResponse', ''],
    ['onrequest', ' Did you mean `onRequest`?'],
    ['priority', ''],
  ])('refuses the part %s, which it has not', (key, advice) => {
    const options = { name: 'x', handler: () => {}, [key]: () => {} };
    expect(() => createMiddleware(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_MIDDLEWARE',
        message: `Middleware has no part "${key}"; it has name, onRequest, handler, onSend, onError, skip, security.${advice}`,
      }),
    );
  });

  test('refuses a part that is no function, and a name that is none', () => {
    const options = { name: 'x', handler: () => {}, onSend: true } as never;
    expect(() => createMiddleware(options)).toThrow(
      'The part "onSend" of middleware must be a function, not a value of type boolean.',
    );
    expect(() => createMiddleware({ name: 7, handler: () => {} } as never)).toThrow(
      'The name of middleware must be a string',
    );
  });

  test('is named after its handler where it has no name', () => {
    function logRequests(): void {}
    expect(createMiddleware({ handler: logRequests }).name).toBe('logRequests');
    expect(createMiddleware(logRequests).name).toBe('logRequests');
    expect(createMiddleware(() => {}).name).toBe('anonymous');
  });

  test.each(NO_MIDDLEWARE)('refuses %j', (value, came, advice) => {
    expect(() => createMiddleware(value as never)).toThrow(invalid(came, advice));
  });

  test('has any of four parts, and no others', () => {
    const onRequest = (): void => {};
    const onSend = (): void => {};
    expect(createMiddleware({ name: 'a', onRequest, onSend })).toEqual({ name: 'a', onRequest, onSend });
    expect(createMiddleware({ onRequest }).name).toBe('onRequest');
    const options = { handler: () => {}, onResponse: () => {} };
    expect(() => createMiddleware(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_MIDDLEWARE',
        message:
          'Middleware has no part "onResponse"; it has name, onRequest, handler, onSend, onError, skip, security.',
      }),
    );
  });
});

describe('toMiddleware', () => {
  test('leaves middleware as it is, and makes it of a function', () => {
    const middleware = createMiddleware(() => {});
    expect(toMiddleware(middleware)).toBe(middleware);
    const logRequests = (): void => {};
    expect(toMiddleware(logRequests)).toEqual({ name: 'logRequests', handler: logRequests });
  });

  test('refuses a hook that is misspelt, and lets an object have what it wants besides', () => {
    const handler = (): void => {};
    expect(() => toMiddleware({ name: 'x', handler, onsend: handler } as never)).toThrow(
      'Did you mean `onSend`?',
    );
    const counting = { name: 'x', handler, count: 0, reset: handler };
    expect(toMiddleware(counting)).toBe(counting);
  });

  test('keeps the hooks of what compose() made', () => {
    const onSend = (): void => {};
    const onError = (): void => {};
    const both = toMiddleware(compose([createMiddleware({ onSend }), createMiddleware({ onError })]));
    expect(both).toMatchObject({
      name: 'compose(anonymous, anonymous)',
      handler: expect.any(Function) as unknown,
      onSend: expect.any(Function) as unknown,
      onError: expect.any(Function) as unknown,
    });
    expect(Object.keys(toMiddleware(compose([() => {}]))).sort()).toEqual(['handler', 'name']);
  });

  test.each(NO_MIDDLEWARE)('refuses %j', (value, came, advice) => {
    expect(() => toMiddleware(value as never)).toThrow(invalid(came, advice));
  });
});
