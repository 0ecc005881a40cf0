import { createGetRoute } from '@blaizejs/router';
import type {
  AnyContext,
  Context,
  Middleware,
  MiddlewareContext,
  PathParams,
  QueryParams,
  State,
} from '@blaizejs/types';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';

import { createTestContext } from './create-test-context.ts';

const plain = createTestContext();
expectTypeOf(plain.request.params).toEqualTypeOf<PathParams>();
expectTypeOf(plain.request.query).toEqualTypeOf<QueryParams>();
expectTypeOf(plain.request.body).toBeUndefined();
expectTypeOf(plain.state).toEqualTypeOf<State>();

const ctx = createTestContext({
  params: { id: 1 },
  query: { page: 2 },
  body: { name: 'Ada' },
  state: { user: 'ada' },
  services: { db: { find: (id: number) => `#${id}` } },
});
expectTypeOf(ctx.request.params).toEqualTypeOf<{ id: number }>();
expectTypeOf(ctx.request.query).toEqualTypeOf<{ page: number }>();
expectTypeOf(ctx.request.body).toEqualTypeOf<{ name: string }>();
expectTypeOf(ctx.state.user).toBeString();
expectTypeOf(ctx.services.db.find(1)).toBeString();
expectTypeOf(ctx).toExtend<AnyContext>();

// Handlers and middleware accept it, whatever they answer.
declare const requireUser: Middleware<{ user: string }>;
const GET = createGetRoute({
  schema: { params: z.object({ id: z.number() }), response: { 200: z.string(), 404: null } },
  middleware: [requireUser],
  handler: ({ state }) => state.user,
});
expectTypeOf(GET.handler).toBeCallableWith(createTestContext({ params: { id: 1 }, state: { user: 'ada' } }));
expectTypeOf(createTestContext({ state: { user: 'ada' } })).toExtend<MiddlewareContext<{ user: string }>>();
expectTypeOf(plain).toExtend<Context>();
const noUser = createTestContext({ params: { id: 1 } });
// @ts-expect-error -- this handler needs a user
GET.handler(noUser);
// @ts-expect-error -- `params`
createTestContext({ parms: { id: 1 } });
