import { describe, expect, expectTypeOf, test } from 'vitest';

import { createContext } from '@blaizejs/context';
import type { Middleware, MiddlewareInput, StateOf } from '@blaizejs/types';

import { compose } from './compose.ts';
import { createMiddleware, toMiddleware } from './create-middleware.ts';

const invalid = (came: string) =>
  expect.objectContaining({
    code: 'ERR_BLAIZE_MIDDLEWARE',
    message:
      `Middleware is a function (ctx, next) or what createMiddleware() returned, not ${came}. ` +
      'It needs one of onRequest, handler, onSend, onError.',
  }) as Error;

const NO_MIDDLEWARE: [value: unknown, came: string][] = [
  [undefined, 'a value of type undefined'],
  [null, 'null'],
  ['cors', 'a value of type string'],
  [{}, 'a value of type object'],
  [{ name: 'x', handler: 'y' }, 'a value of type object'],
  [[() => 1], 'a list'],
  [{ name: 'plugin', version: '1.0.0', setup: () => {} }, 'a value of type object'],
  [{ name: 'x', skip: () => true }, 'a value of type object'],
];

describe('createMiddleware', () => {
  test('makes one of a name, a handler and a condition', () => {
    const handler = (): void => {};
    const skip = (): boolean => true;
    expect(createMiddleware({ name: 'a', handler, skip })).toEqual({ name: 'a', handler, skip });
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

  test.each(['onResponse', 'onrequest', 'priority'])('refuses the part %s, which it has not', (key) => {
    const options = { name: 'x', handler: () => {}, [key]: () => {} };
    expect(() => createMiddleware(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_MIDDLEWARE',
        message: `Middleware has no part "${key}"; it has name, onRequest, handler, onSend, onError, skip.`,
      }),
    );
  });

  test('is named after its handler where it has no name', () => {
    function logRequests(): void {}
    expect(createMiddleware({ handler: logRequests }).name).toBe('logRequests');
    expect(createMiddleware(logRequests).name).toBe('logRequests');
    expect(createMiddleware(() => {}).name).toBe('anonymous');
  });

  test.each(NO_MIDDLEWARE)('refuses %j', (value, came) => {
    expect(() => createMiddleware(value as never)).toThrow(invalid(came));
  });

  test('what it adds to the state is known to handlers', async () => {
    const withUser = createMiddleware<{ user: string }>({
      name: 'with-user',
      handler: async (ctx, next) => {
        expectTypeOf(ctx.state.user).toBeString();
        expectTypeOf(ctx.request.body).toBeUnknown();
        ctx.state.user = ctx.request.header('x-user') ?? 'nobody';
        await next();
      },
      skip: (ctx) => ctx.request.path === '/health',
    });
    expectTypeOf(withUser).toEqualTypeOf<Middleware<{ user: string }>>();

    const run = async (path: string): Promise<unknown> => {
      const ctx = createContext(new Request(`http://localhost${path}`, { headers: { 'x-user': 'ada' } }));
      await compose([withUser as Middleware])(ctx);
      return ctx.state;
    };
    expect(await run('/')).toEqual({ user: 'ada' });
    expect(await run('/health')).toEqual({});
  });
});

describe('toMiddleware', () => {
  test('leaves middleware as it is, and makes it of a function', () => {
    const middleware = createMiddleware(() => {});
    expect(toMiddleware(middleware)).toBe(middleware);
    const logRequests = (): void => {};
    expect(toMiddleware(logRequests)).toEqual({ name: 'logRequests', handler: logRequests });
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

  test.each(NO_MIDDLEWARE)('refuses %j', (value, came) => {
    expect(() => toMiddleware(value as never)).toThrow(invalid(came));
  });
});

test('what a list of middleware adds is what all of them add', () => {
  type User = Middleware<{ user: string }>;
  type Tenant = Middleware<{ tenant: number }>;
  expectTypeOf<StateOf<[User, Tenant]>>().toEqualTypeOf<{ user: string } & { tenant: number }>();
  expectTypeOf<StateOf<[]>>().toBeUnknown();
  expectTypeOf<StateOf<[() => void]>>().toBeUnknown();
  expectTypeOf<StateOf<[User, () => void]>>().toEqualTypeOf<{ user: string }>();
  expectTypeOf<[User, Tenant, () => void]>().toExtend<MiddlewareInput[]>();
});
