import { expectTypeOf } from 'vitest';

import type { AnyContext, Context, PathParams, QueryParams, Services, State } from './context.ts';
import type { HookContext, MiddlewareContext } from './middleware.ts';
import type { RepliesOf } from './reply.ts';
import type { ContextResponse, RouteResponse } from './response.ts';
import type { Schema } from './schema.ts';

interface User {
  readonly id: string;
}

// Each part has a default.
declare const plain: Context;
expectTypeOf(plain.request.params).toEqualTypeOf<PathParams>();
expectTypeOf(plain.request.query).toEqualTypeOf<QueryParams>();
expectTypeOf(plain.request.body).toBeUnknown();
expectTypeOf(plain.state).toEqualTypeOf<State>();
expectTypeOf(plain.services).toEqualTypeOf<Services>();
expectTypeOf(plain.response).toEqualTypeOf<ContextResponse>();
plain.response.status(418).json({ any: 'thing' });

// One bag sets some of them.
declare const some: Context<{ params: { id: number }; state: { user: User } }>;
expectTypeOf(some.request.params).toEqualTypeOf<{ id: number }>();
expectTypeOf(some.state.user).toEqualTypeOf<User>();
expectTypeOf(some.request.query).toEqualTypeOf<QueryParams>();
// @ts-expect-error -- a context has no such part
export type Wrong = Context<{ parameters: string }>;

type Replies = RepliesOf<{ 200: Schema<User>; 404: Schema<{ code: string }>; 204: null }>;
declare const full: Context<{
  params: { id: number };
  query: { page: number };
  body: User;
  state: { user: User };
  services: { db: string };
  reply: Replies;
}>;
expectTypeOf(full.response).toEqualTypeOf<RouteResponse<Replies>>();

// AnyContext takes every context.
declare const hook: HookContext<{ user: User }>;
declare const middleware: MiddlewareContext<{ user: User }>;
expectTypeOf(plain).toExtend<AnyContext>();
expectTypeOf(some).toExtend<AnyContext>();
expectTypeOf(full).toExtend<AnyContext>();
expectTypeOf(hook).toExtend<AnyContext>();
expectTypeOf(middleware).toExtend<AnyContext>();

// A helper's context and one with response schemas fit each other, so that tests can call handlers.
expectTypeOf<Context<{ reply: Replies }>>().toExtend<Context>();
expectTypeOf<Context>().toExtend<Context<{ reply: Replies }>>();

// Hooks see what is there, which is not everything.
expectTypeOf(hook.state.user).toEqualTypeOf<User | undefined>();
expectTypeOf(middleware.state.user).toEqualTypeOf<User>();
