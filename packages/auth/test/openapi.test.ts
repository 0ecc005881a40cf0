import { createApp } from '@blaizejs/app';
import { openApiDocument, type OpenApiDocument } from '@blaizejs/openapi';
import { createGetRoute } from '@blaizejs/router';
import type { Middleware } from '@blaizejs/types';
import { expect, test } from 'vitest';

import {
  apiKeyAuth,
  basicAuth,
  requirePermission,
  requireRole,
  requireScope,
  requireUser,
} from '../src/index.ts';
import { jwtAuth } from '../src/jwt.ts';
import { SECRET } from './tokens.ts';

const user = { roles: ['admin'], permissions: [] as string[] };
const basic = basicAuth({ verify: () => user });
const jwt = jwtAuth({ secret: SECRET, load: () => user });
const optionalJwt = jwtAuth({ secret: SECRET, optional: true, load: () => user });
const optionalKey = apiKeyAuth({ find: () => ({ user, hash: '' }), optional: true });

async function documentOf(...middleware: Middleware[]): Promise<OpenApiDocument> {
  const app = createApp({});
  app.router.addRoute('GET', '/', { middleware, handler: () => 'x' });
  return openApiDocument(app, { info: { title: 'T', version: '1' } });
}
const securityOf = async (...middleware: Middleware[]) => {
  const { paths } = await documentOf(...middleware);
  return paths['/']?.get?.security;
};

test('each way is a security scheme', async () => {
  const { components } = await documentOf(
    basic,
    jwt,
    apiKeyAuth({ find: () => null, from: { query: 'key' } }),
  );
  expect(components?.securitySchemes).toEqual({
    apiKey: { type: 'apiKey', in: 'query', name: 'key' },
    basic: { type: 'http', scheme: 'basic' },
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  });
});

test('guards say which scopes, permissions and roles they need', async () => {
  expect(await securityOf(jwt)).toEqual([{ bearer: [] }]);
  expect(await securityOf(jwt, requireScope('b', 'a'))).toEqual([{ bearer: ['a', 'b'] }]);
  expect(await securityOf(jwt, requirePermission('x'), requireScope('y'))).toEqual([{ bearer: ['x', 'y'] }]);
  // Of roles one is enough.
  expect(await securityOf(jwt, requireRole('admin', 'editor'))).toEqual([
    { bearer: ['admin'] },
    { bearer: ['editor'] },
  ]);
  expect(await securityOf(basic, jwt)).toEqual([{ basic: [], bearer: [] }]);
});

test('what is optional is required only by a guard', async () => {
  expect(await securityOf(optionalJwt)).toEqual([{ bearer: [] }, {}]);
  expect(await securityOf(optionalJwt, optionalKey)).toEqual([{ bearer: [] }, { apiKey: [] }, {}]);
  expect(await securityOf(optionalJwt, optionalKey, requireUser())).toEqual([{ bearer: [] }, { apiKey: [] }]);
  expect(await securityOf(optionalJwt, requireScope('a'))).toEqual([{ bearer: ['a'] }]);
  expect((await documentOf(optionalJwt)).components?.securitySchemes?.['bearer']).not.toHaveProperty(
    'optional',
  );
});

test('one scheme may be optional in one route and required in another', async () => {
  const app = createApp({});
  app.router.addRoute('GET', '/a', createGetRoute({ middleware: [jwt], handler: () => 'x' }));
  app.router.addRoute('GET', '/b', createGetRoute({ middleware: [optionalJwt], handler: () => 'x' }));
  const { paths } = await openApiDocument(app, { info: { title: 'T', version: '1' } });
  expect([paths['/a']?.get?.security, paths['/b']?.get?.security]).toEqual([
    [{ bearer: [] }],
    [{ bearer: [] }, {}],
  ]);
});

test('a guard alone is no security scheme', async () => {
  expect(await securityOf(requireUser())).toBeUndefined();
});
