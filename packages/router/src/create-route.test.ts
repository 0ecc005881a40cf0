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
        // @ts-expect-error -- no middleware adds it
        ctx.state.other;
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
