import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { compareDocuments } from '../src/index.ts';
import { describeRoutes, type Routes } from './describe.ts';

/** The changes between two sets of routes: `breaking POST / body.name: is required now`. */
async function changes(before: Routes, after: Routes): Promise<string[]> {
  const [old, now] = await Promise.all([describeRoutes(before), describeRoutes(after)]);
  return compareDocuments(old.document, now.document).map(
    ({ kind, path, message }) => `${kind} ${path}: ${message}`,
  );
}

const post = (body: z.ZodType): Routes => ({ 'POST /': { schema: { body, response: { 204: null } } } });
const get = (response: z.ZodType): Routes => ({ 'GET /': { schema: { response } } });

test('the same routes have no changes, and neither have other texts', async () => {
  const routes = (description: string): Routes => ({
    'GET /users/:id': {
      schema: {
        query: z.object({ q: z.string().describe(description) }),
        response: z.object({ id: z.string() }),
      },
      docs: { description },
    },
  });
  expect(await changes(routes('a'), routes('b'))).toEqual([]);
});

test('operations that go and come; parameters of the path may be renamed', async () => {
  expect(await changes({ 'GET /a': {}, 'GET /b/:id': {} }, { 'GET /b/:name': {}, 'GET /c': {} })).toEqual([
    'breaking GET /a: was removed',
    'change GET /b/{id}: has the operationId getBByName now, and had getBById',
    'change GET /c: was added',
  ]);
});

describe('requests', () => {
  const base = z.object({ name: z.string(), role: z.enum(['a', 'b']).optional(), n: z.number().optional() });

  test.each<[what: string, after: z.ZodType, found: string[]]>([
    [
      'a new required property',
      base.extend({ age: z.number() }),
      ['breaking POST / body.age: is required now'],
    ],
    [
      'a new optional property',
      base.extend({ age: z.number().optional() }),
      ['change POST / body: has more properties'],
    ],
    [
      'a property that becomes required',
      base.extend({ n: z.number() }),
      ['breaking POST / body.n: is required now'],
    ],
    [
      'a narrower enum',
      base.extend({ role: z.enum(['a']).optional() }),
      ['breaking POST / body.role: no longer accepts "b"'],
    ],
    [
      'a wider enum',
      base.extend({ role: z.enum(['a', 'b', 'c']).optional() }),
      ['change POST / body: has another schema, which clients can stay with'],
    ],
    [
      'another type',
      base.extend({ name: z.number() }),
      ['breaking POST / body.name: is a number now, and was a string'],
    ],
    [
      'a limit',
      base.extend({ name: z.string().max(5) }),
      ['breaking POST / body.name: maxLength is 5 now, and was none'],
    ],
    [
      'a format',
      base.extend({ name: z.iso.date() }),
      [
        'breaking POST / body.name: pattern is',
        'breaking POST / body.name: format is "date" now, and was none',
      ],
    ],
    [
      'null too',
      base.extend({ name: z.string().nullable() }),
      ['change POST / body: has another schema, which clients can stay with'],
    ],
    [
      'whole numbers only',
      base.extend({ n: z.int().optional() }),
      ['breaking POST / body.n: is an integer now, and was a number'],
    ],
    ['no other properties', base.strict(), ['breaking POST / body: no longer accepts other properties']],
  ])('%s', async (_what, after, found) => {
    const all = await changes(post(base), post(after));
    expect(all).toHaveLength(found.length);
    for (const each of found) expect(all).toContainEqual(expect.stringContaining(each));
  });

  test('parameters', async () => {
    const query = (shape: z.ZodRawShape): Routes => ({ 'GET /': { schema: { query: z.object(shape) } } });
    expect(
      await changes(
        query({ gone: z.string().optional(), firm: z.string().optional(), n: z.coerce.number().max(100) }),
        query({
          firm: z.string(),
          n: z.coerce.number().max(50),
          must: z.string(),
          may: z.string().optional(),
        }),
      ),
    ).toEqual([
      'breaking GET / query.gone: was removed',
      'breaking GET / query.firm: is required now',
      'breaking GET / query.n: maximum is 50 now, and was 100',
      'breaking GET / query.must: was added, and is required',
      'change GET / query.may: was added',
    ]);
  });

  test('bodies and media types', async () => {
    const by = (body: object): Routes => ({ 'POST /': { schema: { body } } });
    const text = z.string();
    expect(await changes({ 'POST /': {} }, post(base))).toContain(
      'breaking POST / body: was added, and is required',
    );
    expect(await changes(by({ 'text/plain': text, 'text/csv': text }), by({ 'text/plain': text }))).toEqual([
      'breaking POST / body: is no longer text/csv',
    ]);
  });
});

describe('answers', () => {
  const base = z.object({
    id: z.string(),
    role: z.enum(['a', 'b']),
    tags: z.array(z.object({ t: z.string() })),
  });

  test.each<[what: string, after: z.ZodType, found: string[]]>([
    ['a removed property', base.omit({ id: true }), ['breaking GET / answer 200.id: was removed']],
    ['an added property', base.extend({ more: z.string() }), ['change GET / answer 200: has']],
    [
      'a property that may be missing',
      base.extend({ id: z.string().optional() }),
      ['breaking GET / answer 200.id: may be missing now'],
    ],
    [
      'a property that may be null',
      base.extend({ id: z.string().nullable() }),
      ['breaking GET / answer 200.id: may be null now'],
    ],
    [
      'a wider enum',
      base.extend({ role: z.enum(['a', 'b', 'c']) }),
      ['breaking GET / answer 200.role: may be "c" now'],
    ],
    [
      'a narrower enum',
      base.extend({ role: z.enum(['a']) }),
      ['change GET / answer 200: has another schema'],
    ],
    [
      'within a list',
      base.extend({ tags: z.array(z.object({ t: z.number() })) }),
      ['breaking GET / answer 200.tags[].t: is a number now, and was a string'],
    ],
  ])('%s', async (_what, after, found) => {
    const all = await changes(get(base), get(after));
    expect(all).toHaveLength(found.length);
    for (const each of found) expect(all).toContainEqual(expect.stringContaining(each));
  });

  test('statuses', async () => {
    const by = (response: object): Routes => ({ 'GET /': { schema: { response } } });
    const Gone = z.object({ code: z.string() });
    expect(await changes(by({ 200: base, 404: Gone }), by({ 201: base }))).toEqual([
      'breaking GET / answer 200: was removed',
      'change GET / answer 404: was removed',
      'change GET / answer 201: was added',
    ]);
  });

  test('schemas that contain themselves end', async () => {
    interface Tree {
      readonly kids: Tree[];
    }
    const tree = (value: z.ZodType): z.ZodType<Tree> => {
      const made: z.ZodType<Tree> = z
        .object({ value, kids: z.array(z.lazy(() => made)) })
        .meta({ id: 'Tree' });
      return made;
    };
    expect(await changes(get(tree(z.string())), get(tree(z.number())))).toContainEqual(
      'breaking GET / answer 200.value: is a number now, and was a string',
    );
  });
});

test('security', async () => {
  const options = {
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer' },
      key: { type: 'apiKey', in: 'header', name: 'x' },
    },
  } as const;
  const [open, bearer, both, scoped] = await Promise.all(
    [[], [{ bearer: [] }], [{ bearer: [] }, { key: [] }], [{ bearer: ['admin'] }]].map(
      async (security) => (await describeRoutes({ 'GET /': { docs: { security } } }, options)).document,
    ),
  );
  const found = (a = open!, b = open!): string[] =>
    compareDocuments(a, b).map(({ kind, message }) => `${kind} ${message}`);
  expect(found(open, bearer)).toContain('breaking needs bearer now, and needed nothing');
  expect(found(bearer, both)).toEqual(['change can be called with bearer, or key now']);
  expect(found(both, bearer)).toEqual(['breaking needs bearer now, and needed bearer, or key']);
  expect(found(bearer, scoped)).toEqual(['breaking needs bearer and bearer:admin now, and needed bearer']);
  expect(found(bearer, open)).toContain('change can be called with nothing now');
});
