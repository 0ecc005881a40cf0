import type { Middleware } from '@blaizejs/types';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

import { createGetRoute, createPostRoute, isRoute } from './create-route.ts';

const withUser: Middleware<{ user: { name: string } }> = { name: 'user', handler: (_ctx, next) => next() };
const withTenant: Middleware<{ tenant: number }> = { name: 'tenant', handler: (_ctx, next) => next() };

describe('createGetRoute', () => {
  test('knows its method and is known as a route', () => {
    const route = createGetRoute({ handler: () => 'hello' });
    expect(route.method).toBe('GET');
    expect(isRoute(route)).toBe(true);
    expect(isRoute({ method: 'GET', handler: () => 'hello' })).toBe(false);
  });

  test('infers the context from schemas and middleware', () => {
    createGetRoute({
      schema: {
        params: z.object({ id: z.coerce.number() }),
        query: z.object({ verbose: z.stringbool().optional() }),
        response: z.object({ id: z.number(), name: z.string().default('nobody') }),
      },
      middleware: [withUser, withTenant, (_ctx, next) => next()],
      handler: (ctx) => {
        expectTypeOf(ctx.request.params).toEqualTypeOf<{ id: number }>();
        expectTypeOf(ctx.request.query).toEqualTypeOf<{ verbose?: boolean | undefined }>();
        expectTypeOf(ctx.request.body).toBeUndefined();
        expectTypeOf(ctx.state.user).toEqualTypeOf<{ name: string }>();
        expectTypeOf(ctx.state.tenant).toBeNumber();
        expectTypeOf(ctx.state).not.toHaveProperty('other');
        return { id: ctx.request.params.id };
      },
    });
  });

  test('without schemas everything is as it came', () => {
    createGetRoute({
      handler: (ctx) => {
        expectTypeOf(ctx.request.params).toEqualTypeOf<Record<string, string>>();
        expectTypeOf(ctx.request.query).toEqualTypeOf<Record<string, string | string[]>>();
        return { any: 'thing' };
      },
    });
  });

  test('refuses an answer that does not fit the response schema, and a body schema', () => {
    const schema = { response: z.object({ name: z.string() }) };
    // @ts-expect-error -- name is missing
    createGetRoute({ schema, handler: () => ({ id: 1 }) });
    // @ts-expect-error -- the same, later
    createGetRoute({ schema, handler: async () => ({ id: 1 }) });
    // @ts-expect-error -- GET has no content
    createGetRoute({ schema: { body: z.string() }, handler: () => 'x' });
    createGetRoute({ schema, handler: (ctx) => ctx.response.status(404) });
  });
});

describe('an answer', () => {
  const schema = {
    response: z.object({
      status: z.literal('ok'),
      level: z.enum(['low', 'high']).optional(),
      tags: z.array(z.string()).default([]),
      at: z.date().optional(),
      pair: z.tuple([z.string(), z.number()]).optional(),
      any: z.unknown().optional(),
    }),
  };

  test('needs no `as const` to fit literals, lists and dates', () => {
    createGetRoute({ schema, handler: () => ({ status: 'ok', level: 'low', any: { x: [1] } }) });
    createGetRoute({ schema, handler: async () => ({ status: 'ok', at: new Date(), pair: ['a', 1] }) });
    const tags: string[] = ['a'];
    createGetRoute({ schema, handler: (ctx) => ({ status: 'ok', tags: [...tags, ctx.request.path] }) });
    createGetRoute({ schema, handler: () => Promise.resolve({ status: 'ok' as const, tags }) });
  });

  test('that does not fit is refused all the same', () => {
    // @ts-expect-error -- another literal
    createGetRoute({ schema, handler: () => ({ status: 'bad' }) });
    const status: string = 'ok';
    // @ts-expect-error -- any string
    createGetRoute({ schema, handler: async () => ({ status }) });
    // @ts-expect-error -- not a list of strings
    createGetRoute({ schema, handler: () => ({ status: 'ok', tags: [1] }) });
  });
});

describe('createPostRoute', () => {
  test('infers the content', () => {
    const route = createPostRoute({
      schema: { body: z.object({ name: z.string().trim() }) },
      handler: async (ctx) => {
        expectTypeOf(ctx.request.body).toEqualTypeOf<{ name: string }>();
        return { created: ctx.request.body.name };
      },
    });
    expectTypeOf(route.method).toEqualTypeOf<'POST'>();
  });
});
