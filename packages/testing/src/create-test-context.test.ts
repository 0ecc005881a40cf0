import { reply } from '@blaizejs/context';
import type { Middleware } from '@blaizejs/types';
import { createPostRoute } from '@blaizejs/router';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

import { createTestContext } from './create-test-context.ts';

test('has the given values, with their types', async () => {
  const ctx = createTestContext({
    url: '/users/7?full=yes',
    params: { id: 7 },
    query: { full: true },
    body: { name: 'Ada' },
    state: { user: 'me' },
    headers: { 'x-a': 'b' },
  });
  expectTypeOf(ctx.request.params.id).toBeNumber();
  expectTypeOf(ctx.request.body.name).toBeString();
  expectTypeOf(ctx.state.user).toBeString();
  expect(ctx.request).toMatchObject({
    method: 'POST',
    path: '/users/7',
    params: { id: 7 },
    query: { full: true },
  });
  expect(ctx.request.body).toEqual({ name: 'Ada' });
  expect(await ctx.request.json()).toEqual({ name: 'Ada' });
  expect(ctx.request.header('X-A')).toBe('b');
  expect(ctx.state).toEqual({ user: 'me' });
  ctx.log.info('goes nowhere');
});

test('without options, it is a GET of /', () => {
  const ctx = createTestContext();
  expect(ctx.request).toMatchObject({ method: 'GET', path: '/', params: {} });
  expect(ctx.request.body).toBeUndefined();
});

test('runs the handler of a route', () => {
  const route = createPostRoute({
    handler: ({ request, response }) => response.status(201).json({ id: request.params.id }),
  });
  const ctx = createTestContext({ method: 'POST', params: { id: '1' } });
  void route.handler(ctx);
  expect(ctx.response.statusCode).toBe(201);
  expect(ctx.response.body).toEqual({ id: '1' });
  expect(ctx.response.get('content-type')).toBeUndefined();
  expect([ctx.response.payload(), ctx.response.get('content-type')]).toEqual([
    '{"id":"1"}',
    'application/json; charset=utf-8',
  ]);
});

test('is accepted by a route with schemas, a response map and its own middleware', () => {
  const withUser: Middleware<{ user: string }> = { name: 'user', onRequest: () => undefined };
  const route = createPostRoute({
    schema: {
      params: z.object({ id: z.coerce.number() }),
      body: z.object({ name: z.string() }),
      response: { 200: z.object({ name: z.string() }), 404: z.object({ code: z.string() }) },
    },
    middleware: [withUser],
    handler: ({ request, state }) =>
      request.params.id === 1
        ? { name: `${request.body.name} by ${state.user}` }
        : reply(404, { code: 'none' }),
  });
  const ctx = createTestContext({ params: { id: 1 }, body: { name: 'a' }, state: { user: 'ada' } });
  expect(route.handler(ctx)).toEqual({ name: 'a by ada' });
});

test('an option that there is not is refused', () => {
  expect(() => createTestContext({ parms: {} } as object)).toThrow(
    'createTestContext() has no option "parms". The options are url, params, query, state, services, log, method,',
  );
});
