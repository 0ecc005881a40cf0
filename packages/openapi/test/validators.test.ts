import SwaggerParser from '@apidevtools/swagger-parser';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { openApiDocument } from '../src/index.ts';
import { describeRoutes, INFO, type Routes, served } from './describe.ts';

const User = z
  .object({ id: z.int(), name: z.string().default('Ada'), born: z.date().nullable() })
  .meta({ id: 'User' });
interface Tree {
  readonly children: Tree[];
}
const Tree: z.ZodType<Tree> = z.object({ children: z.array(z.lazy(() => Tree)) });

const ROUTES: Routes = {
  'GET /users': {
    schema: { query: z.object({ tag: z.array(z.string()).optional() }), response: z.array(User) },
  },
  'POST /users': {
    schema: { body: User, response: { 201: User, 204: null, 409: z.object({ code: z.string() }) } },
    docs: { tags: ['users'], security: [{ bearer: [] }, {}] },
  },
  'GET /users/:id': { schema: { response: z.union([User, Tree]) } },
  'DELETE /users/:name': { docs: { deprecated: true } },
  'GET /files/*': {},
  'GET /pages/:page?': {},
  'POST /upload': { schema: { body: z.object({ file: z.file() }) } },
  'GET /tree': {
    schema: {
      headers: z.object({ 'x-a': z.string() }),
      cookies: z.object({ c: z.string() }),
      response: Tree,
    },
  },
  'GET /socket': { tunnel: 'websocket', docs: { visibility: 'public' } },
};

test('two independent validators accept a document with everything in it', async () => {
  const { document } = await describeRoutes(ROUTES, {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    servers: [{ url: '/' }],
    tags: [{ name: 'users', description: 'People.' }],
  });
  expect(await new Validator().validate({ ...structuredClone(document) })).toEqual({ valid: true });
  await SwaggerParser.validate(structuredClone(document) as never);
});

test('a thousand routes are described, each schema once', async () => {
  const Item = z.object({ id: z.string(), owner: User, tags: z.array(z.string()) }).meta({ id: 'Item' });
  const { routes } = await served({
    'POST /things/:id': {
      schema: { params: z.object({ id: z.string() }), body: Item, response: { 201: Item } },
    },
  });
  const many = Array.from({ length: 1000 }, (_, index) => ({
    ...routes[0]!,
    pattern: `/things${index}/:id`,
  }));
  const document = await openApiDocument(many, { info: INFO });
  expect(Object.keys(document.paths)).toHaveLength(1000);
  expect(Object.keys(document.components?.schemas ?? {})).toEqual([
    'Item',
    'ItemInput',
    'ProblemDetails',
    'User',
    'UserInput',
    'ValidationProblem',
  ]);
});
