import { expect, test } from 'vitest';
import { z } from 'zod';

import { createRouteEntry } from './route-entry.ts';

const handler = () => 'x';

test('an entry says all that is known about its route', () => {
  const schema = { query: z.object({}) };
  const security = { bearer: { type: 'http', scheme: 'bearer' } } as const;
  const named = { name: 'named', security, handler: () => undefined };
  const meta = { summary: 'Files of a user' };
  const docs = { tags: ['files'] };
  const middleware = [named, () => undefined];
  const route = { schema, middleware, meta, docs, tunnel: 'websocket' as const, handler };
  const entry = createRouteEntry({
    method: 'GET',
    pattern: '/users/:id/files/*',
    wildcard: 'path',
    route,
    file: '/app/routes/users/[id]/files/[...path].ts',
    origin: 'in routes/users',
  });
  expect(entry).toEqual({
    info: {
      method: 'GET',
      pattern: '/users/:id/files/*',
      params: ['id', 'path'],
      wildcard: 'path',
      file: '/app/routes/users/[id]/files/[...path].ts',
      schema,
      middleware: ['named', 'anonymous'],
      meta,
      docs,
      security: [security],
      tunnel: 'websocket',
    },
    route,
    middleware,
    errorHandlers: [],
    origin: 'in routes/users',
  });
});

test('the middleware of its folders comes before its own', () => {
  const security = { bearer: { type: 'http', scheme: 'bearer' } } as const;
  const outer = { name: 'outer', security, onRequest: () => undefined };
  const own = { name: 'own', onRequest: () => undefined };
  const { info, middleware } = createRouteEntry({
    method: 'GET',
    pattern: '/',
    route: { handler, middleware: [own] },
    folders: { middleware: [outer], errorHandlers: [] },
  });
  expect(middleware).toEqual([outer, own]);
  expect(info).toMatchObject({ middleware: ['outer', 'own'], security: [security] });
});

test('what a route does not say is empty', () => {
  const { info, origin } = createRouteEntry({ method: 'GET', pattern: '/files/*', route: { handler } });
  expect(info).toEqual({
    method: 'GET',
    pattern: '/files/*',
    params: ['*'],
    wildcard: '*',
    file: undefined,
    schema: undefined,
    middleware: [],
    meta: {},
    docs: {},
    security: [],
    constraints: undefined,
    tunnel: undefined,
  });
  expect(origin).toBe('added in code');
});

test('nobody changes it', () => {
  const { info } = createRouteEntry({ method: 'GET', pattern: '/a/:b', route: { handler } });
  expect(
    [info, info.params, info.middleware, info.meta, info.docs, info.security].every(Object.isFrozen),
  ).toBe(true);
});
