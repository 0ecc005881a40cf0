import type {
  AnyRoute,
  Middleware,
  MiddlewareContext,
  PathParams,
  Plugin,
  QueryParams,
  RequestCookies,
  Reply,
} from '@blaizejs/types';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';

import { createGetRoute, createPostRoute } from './create-route.ts';

interface User {
  readonly id: string;
}
declare const requireUser: Middleware<{ user: User }>;
declare const requireAdmin: Middleware<{ role: 'admin' }, { user: User }>;
declare const database: Plugin<{ db: string }>;
declare function reply<const Status extends number, const Value>(
  status: Status,
  value: Value,
): Reply<Status, Value>;

// The request has the types of its schemas, and what was not described comes as it was sent.
export const POST = createPostRoute({
  schema: {
    params: z.object({ id: z.coerce.number() }),
    query: z.object({ verbose: z.stringbool().optional() }),
    body: z.object({ name: z.string().trim() }),
  },
  handler: ({ request }) => {
    expectTypeOf(request.params).toEqualTypeOf<{ id: number }>();
    expectTypeOf(request.query).toEqualTypeOf<{ verbose?: boolean | undefined }>();
    expectTypeOf(request.body).toEqualTypeOf<{ name: string }>();
    return request.body.name;
  },
});
expectTypeOf(POST.method).toEqualTypeOf<'POST'>();
expectTypeOf(POST).toExtend<AnyRoute>();
createGetRoute({
  handler: (ctx) => {
    expectTypeOf(ctx.request.params).toEqualTypeOf<PathParams>();
    expectTypeOf(ctx.request.query).toEqualTypeOf<QueryParams>();
    expectTypeOf(ctx.request.body).toBeUndefined();
    return { any: 'thing' };
  },
});
// @ts-expect-error -- a GET has no body
createGetRoute({ schema: { body: z.string() }, handler: () => 'x' });

// One response schema is for every 2xx; other statuses are open.
const one = { response: z.object({ id: z.number() }) };
createGetRoute({ schema: one, handler: () => ({ id: 1 }) });
createGetRoute({ schema: one, handler: async () => ({ id: 1 }) });
createGetRoute({ schema: one, handler: () => reply(201, { id: 1 }) });
createGetRoute({ schema: one, handler: () => reply(404, 'anything') });
createGetRoute({ schema: one, handler: ({ response }) => response.json({ id: 1 }) });
createGetRoute({ schema: one, handler: ({ response }) => response.status(404).json('anything') });
createGetRoute({ schema: one, handler: ({ response }) => response.status(201).json({ id: 1 }) });
// @ts-expect-error -- an id is a number
createGetRoute({ schema: one, handler: () => ({ id: 'x' }) });
// @ts-expect-error -- also if it comes later
createGetRoute({ schema: one, handler: async () => ({ id: 'x' }) });
// @ts-expect-error -- nothing is returned
createGetRoute({ schema: one, handler: () => undefined });
// @ts-expect-error -- also in a reply with a 2xx
createGetRoute({ schema: one, handler: () => reply(201, { id: 'x' }) });
// @ts-expect-error -- and on the response
createGetRoute({ schema: one, handler: ({ response }) => response.json({ id: 'x' }) });
// @ts-expect-error -- and on the response with a 2xx
createGetRoute({ schema: one, handler: ({ response }) => response.status(201).json({ id: 'x' }) });

// A schema by status: what it lacks does not compile.
const map = {
  response: { 200: z.object({ id: z.number() }), 404: z.object({ code: z.string() }), 204: null },
};
createGetRoute({ schema: map, handler: () => ({ id: 1 }) });
createGetRoute({ schema: map, handler: () => reply(404, { code: 'no-user' }) });
createGetRoute({ schema: map, handler: () => reply(204, null) });
createGetRoute({ schema: map, handler: async () => (Date.now() ? reply(404, { code: 'x' }) : { id: 1 }) });
createGetRoute({ schema: map, handler: ({ response }) => response.status(404).json({ code: 'x' }) });
createGetRoute({
  schema: map,
  handler: ({ response }) => response.status(404).type('a/b').json({ code: 'x' }),
});
// @ts-expect-error -- not what 404 answers
createGetRoute({ schema: map, handler: () => reply(404, { id: 1 }) });
// @ts-expect-error -- 404 is not for plain values
createGetRoute({ schema: map, handler: () => ({ code: 'x' }) });
// @ts-expect-error -- there is no 405
createGetRoute({ schema: map, handler: () => reply(405, { code: 'x' }) });
// @ts-expect-error -- 204 has no content
createGetRoute({ schema: map, handler: () => reply(204, { id: 1 }) });
// @ts-expect-error -- not what 404 answers
createGetRoute({ schema: map, handler: ({ response }) => response.status(404).json({ id: 1 }) });
// @ts-expect-error -- there is no 405
createGetRoute({ schema: map, handler: ({ response }) => response.status(405).json({ id: 1 }) });
// @ts-expect-error -- without a status it is 200
createGetRoute({ schema: map, handler: ({ response }) => response.json({ code: 'x' }) });

// A plain value is for the only 2xx; with several, and no 200 among them, there is none.
const created = { response: { 201: z.object({ id: z.number() }), 409: z.string() } };
createPostRoute({ schema: created, handler: () => ({ id: 1 }) });
createPostRoute({ schema: created, handler: ({ response }) => response.json({ id: 1 }) });
const two = { response: { 201: z.object({ id: z.number() }), 202: z.string() } };
createPostRoute({ schema: two, handler: () => reply(201, { id: 1 }) });
// @ts-expect-error -- 201 or 202?
createPostRoute({ schema: two, handler: () => ({ id: 1 }) });
// @ts-expect-error -- 201 or 202?
createPostRoute({ schema: two, handler: ({ response }) => response.json({ id: 1 }) });

// Literals, lists and tuples need no `as const`.
const literal = {
  response: z.object({
    status: z.literal('ok'),
    level: z.enum(['low', 'high']).optional(),
    tags: z.array(z.string()).default([]),
    at: z.date().optional(),
    pair: z.tuple([z.string(), z.number()]).optional(),
    any: z.unknown().optional(),
  }),
};
createGetRoute({ schema: literal, handler: () => ({ status: 'ok', level: 'low', any: { x: [1] } }) });
createGetRoute({ schema: literal, handler: async () => ({ status: 'ok', at: new Date(), pair: ['a', 1] }) });
createGetRoute({ schema: literal, handler: ({ request }) => ({ status: 'ok', tags: [request.path] }) });
createGetRoute({
  schema: { response: { 200: z.literal('a'), 409: z.literal('b') } },
  handler: () => reply(409, 'b'),
});
// @ts-expect-error -- another literal
createGetRoute({ schema: literal, handler: () => ({ status: 'bad' }) });
// @ts-expect-error -- not a list of strings
createGetRoute({ schema: literal, handler: () => ({ status: 'ok', tags: [1] }) });

// Answers that no schema describes.
createGetRoute({ schema: map, handler: ({ response }) => response.redirect('/elsewhere') });
createGetRoute({ schema: map, handler: ({ response }) => response.text('x') });
createGetRoute({ schema: map, handler: async ({ response }) => response.html('<p>') });
createGetRoute({ schema: map, handler: ({ response }) => response.stream(new ReadableStream()) });
createGetRoute({ schema: map, handler: ({ response }) => response.status(404) });
createGetRoute({ schema: one, handler: () => new Response('x') });
createGetRoute({ schema: one, handler: async () => Response.json({}) });

// Middleware adds to the state, and gets what it needs from what is before it.
createGetRoute({
  middleware: [
    requireUser,
    (ctx, next) => {
      expectTypeOf(ctx).toEqualTypeOf<MiddlewareContext>();
      return next();
    },
    requireAdmin,
  ],
  handler: ({ state }) => {
    expectTypeOf(state.user).toEqualTypeOf<User>();
    expectTypeOf(state.role).toEqualTypeOf<'admin'>();
    expectTypeOf(state).not.toHaveProperty('session');
    return 1;
  },
});
// @ts-expect-error -- nothing adds the user
createGetRoute({ middleware: [requireAdmin], handler: () => 1 });
// @ts-expect-error -- it comes too late
createGetRoute({ middleware: [requireAdmin, requireUser], handler: () => 1 });
// @ts-expect-error -- a string is no answer of middleware
createGetRoute({ middleware: [() => 'x'], handler: () => 1 });
createGetRoute({
  middleware: [
    (_ctx, next) => next(),
    // @ts-expect-error -- the error is where the middleware is
    requireAdmin,
    requireUser,
  ],
  handler: () => 1,
});
createGetRoute({
  // @ts-expect-error -- a plugin is no middleware
  middleware: [database],
  handler: () => 1,
});
// Where a middleware may be missing, what it adds may be too.
createGetRoute({
  middleware: Date.now() ? [requireUser] : [],
  // @ts-expect-error -- there may be no user
  handler: ({ state }) => state.user,
});

// A misspelt key is refused where it stands, also beside those that are right.
createGetRoute({
  // @ts-expect-error -- `response`
  schema: { reponse: z.string() },
  handler: () => 'x',
});
createPostRoute({
  schema: {
    body: z.string(),
    // @ts-expect-error -- `query`
    querystring: z.object({}),
  },
  handler: ({ request }) => request.body,
});
createGetRoute({
  schema: { response: z.string() },
  // @ts-expect-error -- `bodyLimit`
  bodyLimt: 1,
  handler: ({ request }) => request.path,
});
// @ts-expect-error -- a status is a number
createGetRoute({ schema: { response: { ok: z.string() } }, handler: () => 'x' });
// @ts-expect-error -- this is no schema
createGetRoute({ schema: { query: { page: 'number' } }, handler: () => 'x' });

// Without a schema or a path, the names of the parameters are not known.
// @ts-expect-error -- there may be none
createGetRoute({ handler: ({ request }) => request.params.id.length });

// Types that contain themselves.
createGetRoute({ schema: { response: z.json() }, handler: () => ({ a: [1, { b: null }] }) });
createPostRoute({
  schema: { body: z.json(), response: { 200: z.json(), 404: z.json() } },
  handler: async ({ request }) => (Date.now() ? request.body : reply(404, [request.body])),
});
// @ts-expect-error -- functions are no JSON
createGetRoute({ schema: { response: z.json() }, handler: () => ({ a: [1, { b: () => 1 }] }) });
interface Tree {
  readonly value: number;
  readonly children: readonly Tree[];
}
const tree = { response: z.custom<Tree>() };
createGetRoute({ schema: tree, handler: () => ({ value: 1, children: [{ value: 2, children: [] }] }) });
// @ts-expect-error -- a child is a tree
createGetRoute({ schema: tree, handler: () => ({ value: 1, children: [{ value: 2 }] }) });
// What is readonly may be answered too.
declare const readonlyList: readonly { readonly tags: readonly string[] }[];
createGetRoute({
  schema: { response: z.array(z.object({ tags: z.array(z.string()) })) },
  handler: () => readonlyList,
});

// With a path, its parameters are known without a schema; a schema takes precedence.
createGetRoute('/users/[id]/files/[...path]', {
  handler: ({ request }) => {
    expectTypeOf(request.params).toEqualTypeOf<{ id: string; path: string }>();
    return request.params.id;
  },
});
createGetRoute('/users/[id]', {
  schema: { params: z.object({ id: z.coerce.number() }), response: z.number() },
  handler: ({ request }) => request.params.id,
});
createGetRoute('/', {
  handler: ({ request }) => {
    expectTypeOf(request.params).toEqualTypeOf<{}>();
    return 1;
  },
});
createGetRoute('/users/[id]', {
  // @ts-expect-error -- it is called id
  handler: ({ request }) => request.params.ix,
});
// @ts-expect-error -- a path begins with a slash
createGetRoute('users', { handler: () => 1 });
createGetRoute('/users/[id]', {
  schema: { response: z.string() },
  // @ts-expect-error -- `bodyLimit`, and the error is there
  bodyLimt: 1,
  handler: ({ request }) => request.params.id,
});

// Headers and cookies; a body by media type.
createPostRoute({
  schema: {
    headers: z.object({ 'x-tenant': z.string(), 'x-depth': z.coerce.number() }),
    cookies: z.object({ theme: z.enum(['dark', 'light']).default('light') }),
    body: {
      'application/json': z.object({ title: z.string() }),
      'text/plain': z.string().transform((title) => ({ title, plain: true })),
    },
  },
  handler: ({ request }) => {
    expectTypeOf(request.headers['x-depth']).toEqualTypeOf<number>();
    expectTypeOf(request.headers.get('x-depth')).toEqualTypeOf<string | null>();
    expectTypeOf(request.cookies).toEqualTypeOf<{ theme: 'dark' | 'light' }>();
    expectTypeOf(request.body).toEqualTypeOf<{ title: string } | { title: string; plain: boolean }>();
    return 1;
  },
});
createGetRoute({
  handler: ({ request }) => {
    expectTypeOf(request.headers).toEqualTypeOf<Headers>();
    expectTypeOf(request.cookies).toEqualTypeOf<RequestCookies>();
    return 1;
  },
});

// How it is described.
createGetRoute({ docs: { summary: 'Lists users', tags: ['users'], deprecated: true }, handler: () => 1 });
createGetRoute({
  // @ts-expect-error -- `summary`
  docs: { sumary: 'x' },
  handler: () => 1,
});
