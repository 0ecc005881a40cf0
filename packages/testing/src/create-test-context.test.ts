import { createPostRoute } from '@blaizejs/router';
import { expect, test } from 'vitest';

import { createTestContext } from './create-test-context.ts';

test('has what it is given, with its types', async () => {
  const ctx = createTestContext({
    url: '/users/7?full=yes',
    params: { id: 7 },
    query: { full: true },
    body: { name: 'Ada' },
    state: { user: 'me' },
    headers: { 'x-a': 'b' },
  });
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

test('without anything it is a GET of /', () => {
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
});
