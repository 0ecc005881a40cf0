import { type } from 'arktype';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';

import { describeRoutes } from './describe.ts';

const Address = z
  .object({ street: z.string() })
  .meta({ id: 'Address', description: 'Where somebody lives.' });
const User = z
  .object({
    name: z.string().min(1).describe('As it is shown.'),
    role: z.string().default('user'),
    home: Address,
  })
  .meta({ id: 'User' });

test('a schema whose input and output differ is two components, and one where both are equal is one', async () => {
  const { document } = await describeRoutes({
    'POST /users': { schema: { body: User, response: { 201: User } } },
  });
  const { schemas } = document.components ?? {};
  expect(Object.keys(schemas ?? {})).toEqual([
    'Address',
    'ProblemDetails',
    'User',
    'UserInput',
    'ValidationProblem',
  ]);
  expect(schemas?.['User']).toEqual({
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, description: 'As it is shown.' },
      role: { type: 'string', default: 'user' },
      home: { $ref: '#/components/schemas/Address' },
    },
    required: ['name', 'role', 'home'],
  });
  expect(schemas?.['UserInput']).toMatchObject({ required: ['name', 'home'] });
  expect(schemas?.['Address']).toMatchObject({ description: 'Where somebody lives.' });
  const { requestBody, responses } = document.paths['/users']!.post!;
  expect(requestBody?.content).toEqual({
    'application/json': { schema: { $ref: '#/components/schemas/UserInput' } },
  });
  expect(responses['201']).toMatchObject({
    content: { 'application/json': { schema: { $ref: '#/components/schemas/User' } } },
  });
});

test('what refers to a schema with two forms has two forms itself', async () => {
  const Team = z.object({ members: z.array(User) }).meta({ id: 'Team' });
  const { document } = await describeRoutes({ 'PUT /team': { schema: { body: Team, response: Team } } });
  const { schemas } = document.components ?? {};
  expect(schemas?.['TeamInput']).toMatchObject({
    properties: { members: { items: { $ref: '#/components/schemas/UserInput' } } },
  });
  expect(schemas?.['Team']).toMatchObject({
    properties: { members: { items: { $ref: '#/components/schemas/User' } } },
  });
});

test('the second form never takes the name of another schema', async () => {
  const Other = z.object({ a: z.string() }).meta({ id: 'UserInput' });
  const { document } = await describeRoutes({
    'POST /users': { schema: { body: User, response: User } },
    'POST /other': { schema: { body: Other } },
  });
  expect(Object.keys(document.components?.schemas ?? {})).toContain('UserInput2');
  expect(document.components?.schemas?.['UserInput']).toMatchObject({ properties: { a: {} } });
});

interface Node {
  value: string;
  children: Node[];
}
const Named: z.ZodType<Node> = z
  .object({ value: z.string(), children: z.array(z.lazy(() => Named)) })
  .meta({ id: 'Node' });
const Unnamed: z.ZodType<Node> = z.object({ value: z.string(), children: z.array(z.lazy(() => Unnamed)) });

test('schemas that contain themselves', async () => {
  const { document } = await describeRoutes({
    'GET /named': { schema: { response: Named } },
    'GET /unnamed': { schema: { response: Unnamed } },
    'GET /within': { schema: { response: z.object({ root: Unnamed }) } },
  });
  const { schemas } = document.components ?? {};
  expect(schemas?.['Node']).toMatchObject({
    properties: { children: { items: { $ref: '#/components/schemas/Node' } } },
  });
  expect(schemas?.['GetUnnamedResponse200']).toMatchObject({
    properties: { children: { items: { $ref: '#/components/schemas/GetUnnamedResponse200' } } },
  });
  expect(schemas?.['GetWithinResponse2001']).toMatchObject({
    properties: { children: { items: { $ref: '#/components/schemas/GetWithinResponse2001' } } },
  });
});

test('two schemas of one name are an error that names both routes; if not strict, the second gets a number', async () => {
  const one = z.object({ a: z.string() }).meta({ id: 'Thing' });
  const two = z.object({ b: z.string() }).meta({ id: 'Thing' });
  const routes = { 'GET /a': { schema: { response: one } }, 'GET /b': { schema: { response: two } } };
  await expect(describeRoutes(routes)).rejects.toMatchObject({
    code: 'ERR_BLAIZE_OPENAPI',
    problems: ['Two schemas have the name "Thing": one of GET /a, and another of GET /b. Rename one.'],
  });
  const { document, warnings } = await describeRoutes(routes, { strict: false });
  expect(document.components?.schemas?.['Thing2']).toMatchObject({ properties: { b: {} } });
  expect(warnings).toHaveLength(1);
});

test('dates are texts and files are binary, also in a schema that says more', async () => {
  const { document, warnings } = await describeRoutes({
    'GET /': { schema: { response: z.object({ at: z.date(), since: z.coerce.date().optional() }) } },
    'POST /': { schema: { body: z.object({ file: z.file().mime('image/png'), title: z.string() }) } },
  });
  expect(document.paths['/']?.get?.responses['200']).toMatchObject({
    content: {
      'application/json': {
        schema: {
          properties: { at: { type: 'string', format: 'date-time' }, since: { format: 'date-time' } },
        },
      },
    },
  });
  expect(document.paths['/']?.post?.requestBody?.content).toMatchObject({
    'multipart/form-data': {
      schema: { properties: { file: { type: 'string', format: 'binary', contentMediaType: 'image/png' } } },
    },
  });
  expect(warnings).toEqual([]);
});

test('what JSON Schema cannot describe allows anything, and a warning names route and field', async () => {
  const { document, warnings } = await describeRoutes({
    'GET /big': { schema: { response: z.object({ id: z.object({ n: z.bigint() }) }) } },
    'GET /transform': { schema: { response: z.string().transform((text) => text.length) } },
    'GET /valibot': { schema: { response: v.object({ n: v.bigint() }) } },
    'GET /ark': { schema: { response: type({ n: 'bigint' }) } },
    'GET /own': {
      schema: { response: { '~standard': { version: 1, vendor: 'own', validate: () => ({ value: 1 }) } } },
    },
  });
  expect(warnings).toHaveLength(5);
  expect(warnings.join('\n')).toContain(
    "GET /big: the answer 200 has a bigint at id.n, which JSON Schema can't describe. The document allows any value there.",
  );
  expect(warnings.join('\n')).toContain(
    'GET /own: the answer 200 has a schema of own, which has no JSON Schema',
  );
  expect(document.paths['/transform']?.get?.responses['200']).toMatchObject({
    content: { 'application/json': { schema: {} } },
  });
});

test.each([
  ['zod', z.object({ name: z.string(), age: z.number().optional() })],
  ['zod mini', mini.object({ name: mini.string(), age: mini.optional(mini.number()) })],
  ['Valibot', v.object({ name: v.string(), age: v.optional(v.number()) })],
  ['ArkType', type({ name: 'string', 'age?': 'number' })],
])('%s', async (_library, response) => {
  const { document, warnings } = await describeRoutes({ 'GET /': { schema: { response } } });
  expect(warnings).toEqual([]);
  expect(document.paths['/']?.get?.responses['200']).toMatchObject({
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: { name: { type: 'string' }, age: { type: 'number' } },
          required: ['name'],
        },
      },
    },
  });
});

test.each(['constructor', '__proto__', 'toString'])('a schema may be named %s', async (id) => {
  const body = z.object({ a: z.string() }).meta({ id });
  const { document } = await describeRoutes({ 'POST /': { schema: { body } } });
  expect(JSON.stringify(document.paths)).toContain(`{"$ref":"#/components/schemas/${id}"}`);
  expect(Object.entries(document.components?.schemas ?? {})).toContainEqual([
    id,
    expect.objectContaining({ required: ['a'] }),
  ]);
});
