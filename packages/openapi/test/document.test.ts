import { expect, test } from 'vitest';
import { z } from 'zod';

import { createApp } from '@blaizejs/app';
import type { RouteConstraints } from '@blaizejs/types';

import { openApiDocument } from '../src/index.ts';
import { describeRoutes, INFO, served } from './describe.ts';

test('parameters of path, query, headers and cookies', async () => {
  const schema = {
    params: z.object({ id: z.coerce.number().int().describe('Of the user.') }),
    query: z.object({
      tag: z.array(z.string()).optional(),
      one: z.union([z.string(), z.array(z.string())]).optional(),
      page: z.coerce.number().default(1),
      q: z.string(),
    }),
    headers: z.object({ 'x-tenant': z.string(), accept: z.string().optional() }),
    cookies: z.object({ theme: z.enum(['dark', 'light']).optional() }),
  };
  const { document } = await describeRoutes({ 'GET /users/:id': { schema } });
  expect(document.paths['/users/{id}']?.get?.parameters).toEqual([
    {
      name: 'id',
      in: 'path',
      required: true,
      description: 'Of the user.',
      schema: expect.objectContaining({ type: 'integer' }),
    },
    {
      name: 'tag',
      in: 'query',
      style: 'form',
      explode: true,
      schema: { type: 'array', items: { type: 'string' } },
    },
    { name: 'one', in: 'query', style: 'form', explode: true, schema: { anyOf: expect.any(Array) } },
    { name: 'page', in: 'query', schema: { type: 'number', default: 1 } },
    { name: 'q', in: 'query', required: true, schema: { type: 'string' } },
    { name: 'x-tenant', in: 'header', required: true, schema: { type: 'string' } },
    { name: 'theme', in: 'cookie', schema: { type: 'string', enum: ['dark', 'light'] } },
  ]);
});

test('the fields of intersections and unions', async () => {
  const query = z
    .object({ a: z.string() })
    .and(z.union([z.object({ kind: z.literal('x'), x: z.string() }), z.object({ kind: z.literal('y') })]));
  const { document } = await describeRoutes({ 'GET /': { schema: { query } } });
  const parameters = document.paths['/']?.get?.parameters ?? [];
  expect(parameters.map(({ name, required = false }) => [name, required])).toEqual([
    ['a', true],
    ['kind', true],
    ['x', false],
  ]);
});

test('paths: without schema, with a wildcard, with regular expressions, with an optional end, and of other names', async () => {
  const { document } = await describeRoutes({
    'GET /users/:id': {},
    'DELETE /users/:name': {},
    'GET /files/*': {},
    'GET /years/:year(^\\d{4}$)': {},
    'GET /pages/:page?': {},
    'GET /a::b': {},
  });
  expect(Object.keys(document.paths)).toEqual([
    '/a:b',
    '/files/{wildcard}',
    '/pages',
    '/pages/{page}',
    '/users/{id}',
    '/years/{year}',
  ]);
  const parameters = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }];
  expect(document.paths['/users/{id}']).toMatchObject({ get: { parameters }, delete: { parameters } });
  expect(document.paths['/files/{wildcard}']?.get).toMatchObject({
    operationId: 'getFilesByWildcard',
    parameters: [{ description: 'The rest of the path. It may contain slashes.' }],
  });
});

test('bodies: required unless nothing is accepted, and by media type', async () => {
  const { document } = await describeRoutes({
    'POST /json': { schema: { body: z.object({ a: z.string() }) } },
    'POST /maybe': { schema: { body: z.object({ a: z.string() }).optional() } },
    'POST /types': { schema: { body: { 'application/json': z.object({}), 'text/plain': z.string() } } },
  });
  expect(document.paths['/json']?.post?.requestBody).toMatchObject({
    required: true,
    content: { 'application/json': {} },
  });
  expect(document.paths['/maybe']?.post?.requestBody).not.toHaveProperty('required');
  expect(Object.keys(document.paths['/types']?.post?.requestBody?.content ?? {})).toEqual([
    'application/json',
    'text/plain',
  ]);
  expect(document.paths['/json']?.post?.responses).toMatchObject({
    400: { $ref: '#/components/responses/BadRequest' },
    413: { $ref: '#/components/responses/PayloadTooLarge' },
    415: { $ref: '#/components/responses/UnsupportedMediaType' },
    default: { $ref: '#/components/responses/Problem' },
  });
});

const content = (type: string, kind: string, item?: object): object => ({
  '~standard': { version: 1, vendor: 'blaizejs', validate: (value: unknown) => ({ value }) },
  '~content': { type, kind, item },
});

test('answers: one schema, one by status, none, text, bytes, lines and events', async () => {
  const item = z.object({ id: z.number() });
  const { document, warnings } = await describeRoutes({
    'GET /one': { schema: { response: item } },
    'GET /some': { schema: { response: { 201: item, 204: null, 404: z.object({ code: z.string() }) } } },
    'GET /none': {},
    'GET /text': { schema: { response: z.string() } },
    'GET /image': { schema: { response: { 200: content('image/png', 'bytes') } } },
    'GET /lines': { schema: { response: content('application/x-ndjson', 'lines', item) } },
    'GET /events': { schema: { response: content('text/event-stream', 'events', item) } },
    'GET /socket': { tunnel: 'websocket', docs: { visibility: 'public' } },
  });
  expect(warnings).toEqual([]);
  const of = (path: string): unknown => {
    const { default: _problem, ...responses } = document.paths[path]?.get?.responses ?? {};
    return responses;
  };
  const schema = expect.objectContaining({ properties: { id: { type: 'number' } } }) as unknown;
  expect(of('/one')).toEqual({ 200: { description: 'OK', content: { 'application/json': { schema } } } });
  expect(of('/some')).toEqual({
    201: { description: 'Created', content: { 'application/json': { schema } } },
    204: { description: 'No Content' },
    404: {
      description: 'Not Found',
      content: { 'application/json': { schema: expect.any(Object) as unknown } },
    },
  });
  expect(of('/none')).toEqual({
    200: { description: 'OK', content: { '*/*': {} } },
    204: { description: 'No Content' },
  });
  expect(of('/text')).toMatchObject({ 200: { content: { 'text/plain': { schema: { type: 'string' } } } } });
  expect(of('/image')).toEqual({ 200: { description: 'OK', content: { 'image/png': {} } } });
  expect(of('/lines')).toMatchObject({
    200: { content: { 'application/x-ndjson': { 'x-itemSchema': schema } } },
  });
  expect(of('/events')).toMatchObject({
    200: { content: { 'text/event-stream': { 'x-itemSchema': schema } } },
  });
  expect(Object.keys(of('/socket') as object)).toEqual(['101']);
});

const bearer = { type: 'http', scheme: 'bearer' } as const;
const onRequest = (): void => undefined;
const session = { type: 'apiKey', in: 'cookie', name: 'session' } as const;

test('security: of global and own middleware, alternatives, and what docs say instead', async () => {
  const { document } = await describeRoutes(
    {
      'GET /both': {
        middleware: [
          {
            name: 'tenant',
            onRequest,
            security: { tenant: { type: 'apiKey', in: 'header', name: 'x-tenant' } },
          },
        ],
      },
      'GET /same': { middleware: [{ name: 'user', onRequest, security: { bearer } }] },
      'GET /public': { docs: { security: [] } },
      'GET /scoped': { docs: { security: [{ bearer: ['read'] }] } },
    },
    { global: [{ name: 'user', onRequest, security: { bearer, session } }] },
  );
  const of = (path: string): unknown => document.paths[path]?.get?.security;
  expect(of('/both')).toEqual([
    { bearer: [], tenant: [] },
    { session: [], tenant: [] },
  ]);
  expect(of('/same')).toEqual([{ bearer: [] }]);
  expect(of('/public')).toEqual([]);
  expect(of('/scoped')).toEqual([{ bearer: ['read'] }]);
  expect(document.components?.securitySchemes).toEqual({
    bearer,
    session,
    tenant: { type: 'apiKey', in: 'header', name: 'x-tenant' },
  });
  expect(document.paths['/same']?.get?.responses).toMatchObject({
    401: { $ref: '#/components/responses/Unauthorized' },
    403: { $ref: '#/components/responses/Forbidden' },
  });
  expect(document.paths['/public']?.get?.responses).not.toHaveProperty('401');
});

test('a scheme that nobody declares, and two of one name, are errors', async () => {
  await expect(describeRoutes({ 'GET /': { docs: { security: [{ bearer: [] }] } } })).rejects.toThrow(
    'GET /: docs.security names the scheme "bearer", which neither',
  );
  await expect(
    describeRoutes({
      'GET /a': { middleware: [{ name: 'a', onRequest, security: { it: bearer } }] },
      'GET /b': { middleware: [{ name: 'b', onRequest, security: { it: session } }] },
    }),
  ).rejects.toThrow('Two security schemes have the name "it": one of GET /a, and another of GET /b.');
  const { document } = await describeRoutes(
    { 'GET /': { docs: { security: [{ bearer: [] }] } } },
    { securitySchemes: { bearer, unused: session } },
  );
  expect(document.components?.securitySchemes).toEqual({ bearer });
});

test('operationIds come from method and path; two that are the same are an error', async () => {
  const { document } = await describeRoutes({
    'GET /': {},
    'GET /api/user-groups/:groupId/members/:id': {},
    'POST /api/v1.2/users': {},
    'PUT /named': { docs: { operationId: 'rename' } },
  });
  const ids = Object.values(document.paths).flatMap((item) =>
    Object.values(item).map(({ operationId }) => operationId),
  );
  expect(ids).toEqual(['getRoot', 'getApiUserGroupsByGroupIdMembersById', 'postApiV12Users', 'rename']);
  const twice = { 'GET /a-b': {}, 'GET /a/b': {} };
  await expect(describeRoutes(twice)).rejects.toThrow(
    'GET /a-b and GET /a/b have the operationId "getAB". Set docs.operationId of one.',
  );
  const loose = await describeRoutes(twice, { strict: false });
  expect(loose.document.paths['/a/b']?.get?.operationId).toBe('getAB_2');
});

test('docs are taken over; hidden routes are left out, internal ones unless asked for', async () => {
  const routes = {
    'GET /public': { docs: { summary: 'S', description: 'D', tags: ['t'], deprecated: true } },
    'GET /internal': { docs: { visibility: 'internal' } },
    'GET /hidden': { docs: { visibility: 'hidden' } },
    'PROPFIND /dav': {},
  };
  const { document, warnings } = await describeRoutes(routes);
  expect(Object.keys(document.paths)).toEqual(['/public']);
  expect(document.paths['/public']?.get).toMatchObject({
    summary: 'S',
    description: 'D',
    tags: ['t'],
    deprecated: true,
  });
  expect(warnings).toEqual(["PROPFIND /dav is left out: OpenAPI 3.1 can't describe the method PROPFIND."]);
  const { document: more } = await describeRoutes(routes, { includeInternal: true });
  expect(Object.keys(more.paths)).toEqual(['/internal', '/public']);
});

test('WebSockets are left out, which no client made from the document could open, unless a route asks for it', async () => {
  const tunnel = 'websocket';
  const routes = {
    'GET /rooms': {},
    'GET /rooms/:id': { tunnel, docs: { summary: 'A room' } },
    'GET /chats/:id': { tunnel, docs: { visibility: 'public' } },
    'GET /staff/:id': { tunnel, docs: { visibility: 'internal' } },
  };
  const { document, warnings } = await describeRoutes(routes);
  expect(Object.keys(document.paths)).toEqual(['/chats/{id}', '/rooms']);
  expect(warnings).toEqual([]);
  const { document: more } = await describeRoutes(routes, { includeInternal: true });
  expect(Object.keys(more.paths)).toEqual(['/chats/{id}', '/rooms', '/staff/{id}']);
});

test('examples are checked, and those of answers are shown as they are sent', async () => {
  const response = z.object({ at: z.date(), role: z.string().default('user') });
  const { document } = await describeRoutes({
    'POST /': {
      schema: { body: z.object({ name: z.string() }), response: { 200: response } },
      docs: {
        examples: { body: { plain: { name: 'Ada' } }, response: { 200: { now: { at: new Date(0) } } } },
      },
    },
  });
  const { requestBody, responses } = document.paths['/']!.post!;
  expect(requestBody?.content['application/json']?.examples).toEqual({ plain: { value: { name: 'Ada' } } });
  expect(responses['200']).toMatchObject({
    content: {
      'application/json': { examples: { now: { value: { at: '1970-01-01T00:00:00.000Z', role: 'user' } } } },
    },
  });
});

test('an example that does not fit is an error that names route and example', async () => {
  const routes = {
    'POST /': {
      schema: { body: z.object({ name: z.string() }) },
      docs: { examples: { body: { wrong: { name: 1 } }, response: { 404: { gone: {} } } } },
    },
  };
  await expect(describeRoutes(routes)).rejects.toMatchObject({
    code: 'ERR_BLAIZE_OPENAPI',
    problems: [
      expect.stringMatching(
        /^POST \/: the example "wrong" of docs\.examples\.body does not fit its schema: name: /,
      ),
      expect.stringMatching(/^POST \/: the example "gone" of docs\.examples\.response\[404\] does not fit/),
    ],
  });
  const { document } = await describeRoutes(routes, { strict: false });
  expect(document.paths['/']?.post?.requestBody?.content['application/json']).not.toHaveProperty('examples');
});

test('the order of routes makes no difference', async () => {
  const routes = { 'GET /b': {}, 'POST /a': {}, 'GET /a': {} };
  const list = (await served(routes)).routes;
  const [one, two] = await Promise.all(
    [list, list.toReversed()].map((each) => openApiDocument(each, { info: INFO })),
  );
  expect(JSON.stringify(one)).toBe(JSON.stringify(two));
  expect(Object.keys(one?.paths['/a'] ?? {})).toEqual(['get', 'post']);
});

test('options that are not known or wrong are refused, with a suggestion', async () => {
  await expect(openApiDocument([], { info: INFO, sever: [] } as never)).rejects.toThrow(
    /sever.*Did you mean `servers`\?/s,
  );
  await expect(openApiDocument([], { info: { title: '' } } as never)).rejects.toThrow(
    'an object with title and version',
  );
});

test('of the routes of one path and method, the one without constraints is described, and the others are named', async () => {
  const app = createApp({ logger: false });
  const route = (text: string, constraints?: RouteConstraints) => ({
    schema: { response: z.literal(text) },
    ...(constraints && { constraints }),
    handler: () => text,
  });
  app.router.addRoute('GET', '/users', route('v3', { version: '3' }) as never);
  app.router.addRoute('GET', '/users', route('plain') as never);
  app.router.addRoute('GET', '/users', route('acme', { headers: { 'x-tenant': /^acme/ } }) as never);
  app.router.addRoute('GET', '/only', route('a', { host: 'a.example' }) as never);
  app.router.addRoute('GET', '/only', route('b', { host: 'b.example' }) as never);
  const warnings: string[] = [];
  const document = await openApiDocument(app, { info: INFO, onWarning: (text) => warnings.push(text) });
  const answer = (path: string): unknown => {
    const { 200: ok } = document.paths[path]?.get?.responses ?? {};
    return ok && 'content' in ok ? ok.content['text/plain']?.schema : undefined;
  };
  expect([answer('/users'), answer('/only')]).toMatchObject([{ const: 'plain' }, { const: 'a' }]);
  expect(document.paths['/users']?.get?.operationId).toBe('getUsers');
  expect(warnings).toEqual([
    expect.stringMatching(
      /^GET \/only with host a\.example is described, and GET \/only with host b\.example left out: OpenAPI has one/,
    ),
    expect.stringMatching(
      /^GET \/users is described, and GET \/users with (?:version 3|x-tenant \/\^acme\/); GET \/users with .* left out/,
    ),
  ]);
});
