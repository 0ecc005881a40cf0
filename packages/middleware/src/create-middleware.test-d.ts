import { reply } from '@blaizejs/context';
import type { AnyContext, Middleware, MiddlewareInput, Plugin } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';

import { compose, type ComposedMiddleware } from './compose.ts';
import { createMiddleware } from './create-middleware.ts';

interface User {
  readonly name: string;
}
const requireUser = createMiddleware<{ user: User }>({
  name: 'require-user',
  onRequest: (ctx) => {
    expectTypeOf(ctx.state.user).toEqualTypeOf<User>();
    expectTypeOf(ctx.request.body).toBeUnknown();
    if (!ctx.request.header('authorization')) return reply(401, { code: 'no-user' });
    ctx.state.user = { name: 'Ada' };
  },
});
const requireAdmin = createMiddleware<{ role: 'admin' }, { user: User }>((ctx, next) => {
  expectTypeOf(ctx.state.user).toEqualTypeOf<User>();
  ctx.state.role = 'admin';
  return next();
});
expectTypeOf(requireUser).toEqualTypeOf<Middleware<{ user: User }>>();
expectTypeOf(requireAdmin).toEqualTypeOf<Middleware<{ role: 'admin' }, { user: User }>>();
expectTypeOf(createMiddleware((_ctx, next) => next())).toEqualTypeOf<Middleware>();

// Hooks may run before any middleware has: what they find is partial.
createMiddleware<{ user: User }, { tenant: number }>({
  onSend: (ctx) => {
    expectTypeOf(ctx.state.user).toEqualTypeOf<User | undefined>();
    expectTypeOf(ctx.state.tenant).toEqualTypeOf<number | undefined>();
  },
  onError: (error, ctx) => {
    expectTypeOf(error).toEqualTypeOf<Error>();
    expectTypeOf(ctx.state.user).toEqualTypeOf<User | undefined>();
  },
  skip: (ctx) => ctx.state.user === undefined,
});

// What may be returned: an answer, or nothing.
const fits: MiddlewareInput[] = [
  () => new Response('no', { status: 401 }),
  async () => new Response(),
  () => reply(401, { code: 'x' }),
  (ctx) => ctx.response.status(401).json({ code: 'x' }),
  (ctx) => ctx.response.redirect('/login'),
  (_ctx, next) => next(),
  async (_ctx, next) => {
    await next();
  },
];
createMiddleware({ handler: async () => reply(401, null), onRequest: () => new Response() });
// @ts-expect-error -- a string is no answer
createMiddleware(() => 'no');
// @ts-expect-error -- nor is one that comes later
createMiddleware(async () => 'no');
// @ts-expect-error -- nor an object
createMiddleware({ onRequest: () => ({ code: 'x' }) });
// @ts-expect-error -- there is no such part
createMiddleware({ name: 'x', handler: () => {}, onResponse: () => {} });

createMiddleware({
  onRequest() {},
  // @ts-expect-error -- `handler`
  handlr() {},
});
declare const database: Plugin<{ db: string }>;
// @ts-expect-error -- a plugin is no middleware
compose([database]);

// What was composed adds what all of it adds, and needs what it does not add before.
expectTypeOf(compose([requireUser, requireAdmin])).toEqualTypeOf<
  ComposedMiddleware<{ user: User } & { role: 'admin' }>
>();
expectTypeOf(compose([requireAdmin])).toEqualTypeOf<ComposedMiddleware<{ role: 'admin' }, { user: User }>>();
expectTypeOf(compose([requireAdmin, requireUser])).toEqualTypeOf<
  ComposedMiddleware<{ role: 'admin' } & { user: User }, { user: User }>
>();
compose([
  requireUser,
  (ctx, next) => {
    expectTypeOf(ctx).toExtend<AnyContext>();
    return next();
  },
]);
expectTypeOf(compose([requireUser])).toExtend<MiddlewareInput>();
// @ts-expect-error -- a string is no answer
compose([() => 'no']);

export { fits };
