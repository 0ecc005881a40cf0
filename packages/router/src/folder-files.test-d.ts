import type { Context, ErrorHandler, NotFoundHandler, State } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';

export const notFound = ((ctx) => {
  expectTypeOf(ctx.request.path).toEqualTypeOf<string>();
  expectTypeOf(ctx.state).toEqualTypeOf<State>();
  return ctx.response.html(ctx.request.path);
}) satisfies NotFoundHandler;

export const onError = (async (error, ctx) => {
  expectTypeOf(error).toEqualTypeOf<Error>();
  expectTypeOf(ctx.state).toEqualTypeOf<Partial<State>>();
  await Promise.resolve();
  if (ctx.request.method === 'GET') return ctx.response.html(error.message);
}) satisfies ErrorHandler;

// With the state of one app.
interface User {
  readonly id: string;
}
interface Env {
  readonly state: { readonly user: User };
  readonly services: { readonly db: () => number };
}
export const own: ErrorHandler<Env> = (_error, { state, services }) => {
  expectTypeOf(state.user).toEqualTypeOf<User | undefined>();
  return services.db();
};
export const lost: NotFoundHandler<Env> = ({ state }) => state.user.id;

// @ts-expect-error -- not a function
export const word: NotFoundHandler = 'nothing here';
// @ts-expect-error -- it has no third parameter
export const three = ((_error: Error, _ctx: Context, _next: () => void) => 1) satisfies ErrorHandler;
