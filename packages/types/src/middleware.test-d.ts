import { expectTypeOf } from 'vitest';

import type { Middleware, MiddlewareInput, NeedsMet, NeedsOf, StateOf } from './middleware.ts';

type User = Middleware<{ user: string }>;
type Tenant = Middleware<{ tenant: number }>;
type Admin = Middleware<{ role: 'admin' }, { user: string }>;
type Bare = () => void;

// What a list adds is what all of it adds.
expectTypeOf<StateOf<[User, Tenant]>>().toEqualTypeOf<{ user: string } & { tenant: number }>();
expectTypeOf<StateOf<[]>>().toBeUnknown();
expectTypeOf<StateOf<[Bare]>>().toBeUnknown();
expectTypeOf<StateOf<[User, Bare]>>().toEqualTypeOf<{ user: string }>();
expectTypeOf<StateOf<User[]>>().toEqualTypeOf<{ user: string }>();
expectTypeOf<StateOf<MiddlewareInput[]>>().toBeUnknown();
expectTypeOf<[User, Tenant, Admin, Bare]>().toExtend<MiddlewareInput[]>();

// What it needs is what nothing before has added.
expectTypeOf<NeedsOf<[User, Admin]>>().toBeUnknown();
expectTypeOf<NeedsOf<[Admin]>>().toEqualTypeOf<{ user: string }>();
expectTypeOf<NeedsOf<[Admin, User]>>().toEqualTypeOf<{ user: string }>();
expectTypeOf<NeedsOf<[Admin], { user: string }>>().toBeUnknown();
expectTypeOf<NeedsOf<MiddlewareInput[]>>().toBeUnknown();
expectTypeOf<NeedsOf<Admin[]>>().toEqualTypeOf<{ user: string }>();

expectTypeOf<NeedsMet<[User, Admin], {}>>().toBeUnknown();
expectTypeOf<NeedsMet<[], {}>>().toBeUnknown();
expectTypeOf<NeedsMet<[Admin], { user: string; more: 1 }>>().toBeUnknown();
// The error stands where the middleware does, and says what is missing.
expectTypeOf<NeedsMet<[Tenant, Admin, User], {}>>().toEqualTypeOf<
  readonly [unknown, 'No middleware before this one adds ctx.state.user.', ...unknown[]]
>();
expectTypeOf<NeedsMet<[Admin], { user: number }>>().toEqualTypeOf<
  readonly ['ctx.state.user has another type here than this middleware needs.', ...unknown[]]
>();
type Both = Middleware<unknown, { user: string; tenant: number }>;
expectTypeOf<NeedsMet<[User, Both], {}>>().toEqualTypeOf<
  readonly [unknown, 'No middleware before this one adds ctx.state.tenant.', ...unknown[]]
>();
