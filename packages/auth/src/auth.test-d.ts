import { createGetRoute } from '@blaizejs/router';
import type { Middleware } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';

import {
  apiKeyAuth,
  basicAuth,
  type Granted,
  guard,
  requireOwner,
  requirePermission,
  requireRole,
  requireScope,
  requireUser,
} from './index.ts';
import { type JwtClaims, jwtAuth } from './jwt.ts';

interface User {
  readonly id: string;
  readonly plan: 'free' | 'pro';
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}
interface ProUser extends User {
  readonly plan: 'pro';
}
declare const user: User;
declare const stored: { user: User; hash: string } | undefined;

const basic = basicAuth({ find: () => stored });
expectTypeOf(basic).toEqualTypeOf<Middleware<{ user: User }>>();
expectTypeOf(basicAuth({ find: async () => stored ?? null })).toEqualTypeOf<Middleware<{ user: User }>>();
expectTypeOf(basicAuth({ verify: async () => user })).toEqualTypeOf<Middleware<{ user: User }>>();
expectTypeOf(apiKeyAuth({ find: () => stored })).toEqualTypeOf<Middleware<{ user: User }>>();

// If it is optional, there may be no user.
const maybe = basicAuth({ find: () => stored, optional: true });
expectTypeOf(maybe).toEqualTypeOf<Middleware<{ user: User | undefined }>>();

// Claims are what the schema makes of them, or what load() does.
const secret = 'x';
expectTypeOf(jwtAuth({ secret })).toEqualTypeOf<Middleware<{ user: JwtClaims }>>();
const schema = z.object({ sub: z.string(), n: z.coerce.number() });
expectTypeOf(jwtAuth({ secret, schema })).toEqualTypeOf<Middleware<{ user: { sub: string; n: number } }>>();
const loaded = jwtAuth({
  secret,
  schema,
  load: async (claims) => {
    expectTypeOf(claims).toEqualTypeOf<{ sub: string; n: number }>();
    return claims.n > 1 ? user : undefined;
  },
});
expectTypeOf(loaded).toEqualTypeOf<Middleware<{ user: User }>>();
expectTypeOf(jwtAuth({ secret, load: ({ sub }) => (sub ? user : null) })).toEqualTypeOf<
  Middleware<{ user: User }>
>();
expectTypeOf(jwtAuth({ secret, schema, optional: true })).toEqualTypeOf<
  Middleware<{ user: { sub: string; n: number } | undefined }>
>();
// @ts-expect-error -- `none` is no algorithm
jwtAuth({ secret, algorithms: ['none'] });

// What guards prove is in the handler's types.
const isPro = guard((given: User): given is ProUser => given.plan === 'pro');
const ownPost = requireOwner({
  as: 'post',
  load: async () => ({ author: 'a' }),
  owns: (given: User, post) => post.author === given.id,
});
createGetRoute({
  middleware: [
    maybe,
    isPro,
    requireRole('admin', 'editor'),
    requirePermission('posts:read'),
    requireScope('x'),
    ownPost,
  ],
  handler: ({ state }) => {
    expectTypeOf(state.user.plan).toEqualTypeOf<'pro'>();
    expectTypeOf(state.role).toEqualTypeOf<'admin' | 'editor'>();
    expectTypeOf(state.granted).toExtend<Granted<'posts:read' | 'x'>>();
    expectTypeOf(state.post.author).toEqualTypeOf<string>();
    // @ts-expect-error -- nobody has granted that
    const other: Granted<'posts:delete'> = state.granted;
    return other;
  },
});
createGetRoute({
  middleware: [maybe],
  // @ts-expect-error -- there may be no user
  handler: ({ state }) => state.user.id,
});
createGetRoute({ middleware: [maybe, requireUser()], handler: ({ state }) => state.user.id });
createGetRoute({ middleware: [maybe, requireScope('x')], handler: ({ state }) => state.user.id });

// A guard needs a user, of the right kind, before it.
// @ts-expect-error -- nobody adds the user
createGetRoute({ middleware: [requireRole('admin')], handler: () => 'x' });
// @ts-expect-error -- in the wrong order
createGetRoute({ middleware: [requireRole('admin'), basic], handler: () => 'x' });
// @ts-expect-error -- claims have no roles
createGetRoute({ middleware: [jwtAuth({ secret, schema }), requireRole('admin')], handler: () => 'x' });
// @ts-expect-error -- claims have no plan
createGetRoute({ middleware: [jwtAuth({ secret, schema }), isPro], handler: () => 'x' });
// @ts-expect-error -- nobody adds the user
createGetRoute({ middleware: [requireUser()], handler: () => 'x' });
// @ts-expect-error -- at least one role
requireRole();
