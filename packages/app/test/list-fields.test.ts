import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';

import { createGetRoute, createPostRoute } from '@blaizejs/router';
import type { Schema } from '@blaizejs/types';

import { createApp } from '../src/create-app.ts';
import { compileHandler } from '../src/compile-handler.ts';
import { listFieldsOf } from '../src/list-fields.ts';
import { contextFor } from './contexts.ts';

const strings = z.array(z.string());
type Json = { value: string; next?: Json[] | undefined };
const node: z.ZodType<Json> = z.object({ value: z.string(), next: z.array(z.lazy(() => node)).optional() });

async function queryOf(schema: Schema, query: string): Promise<unknown> {
  const route = createGetRoute({ schema: { query: schema }, handler: (ctx) => ({ got: ctx.request.query }) });
  const ctx = contextFor(new Request(`http://localhost/?${query}`));
  await compileHandler('GET /', route)(ctx);
  return (ctx.response.body as { got: unknown }).got;
}

async function bodyOf(schema: Schema, body: string, type: string): Promise<unknown> {
  const route = createPostRoute({ schema: { body: schema }, handler: (ctx) => ({ got: ctx.request.body }) });
  const headers = { 'content-type': type };
  const ctx = contextFor(new Request('http://localhost/', { method: 'POST', body, headers }));
  await compileHandler('POST /', route)(ctx);
  return (ctx.response.body as { got: unknown }).got;
}

describe('one value is a list where the schema wants one:', () => {
  test.each<[string, Schema, unknown]>([
    ['zod', z.object({ tag: strings }), ['a']],
    ['zod, optional', z.object({ tag: strings.optional() }), ['a']],
    ['zod, nullable', z.object({ tag: strings.nullable() }), ['a']],
    ['zod, with a default', z.object({ tag: strings.default([]) }), ['a']],
    ['zod, with a prefault', z.object({ tag: strings.prefault([]) }), ['a']],
    ['zod, with a catch', z.object({ tag: strings.catch([]) }), ['a']],
    ['zod, read-only', z.object({ tag: strings.readonly() }), ['a']],
    ['zod, required again', z.object({ tag: z.nonoptional(strings.optional()) }), ['a']],
    ['zod, checked', z.object({ tag: strings.min(1).refine(() => true) }), ['a']],
    ['zod, transformed', z.object({ tag: strings.transform((tags) => tags.length) }), 1],
    ['zod, piped', z.object({ tag: strings.pipe(z.array(z.string().toUpperCase())) }), ['A']],
    ['zod, lazy', z.object({ tag: z.lazy(() => strings) }), ['a']],
    ['zod, a union of lists', z.object({ tag: z.union([z.array(z.enum(['b'])), strings]) }), ['a']],
    ['zod, a list or nothing', z.object({ tag: z.union([strings, z.undefined(), z.null()]) }), ['a']],
    ['zod, an intersection', z.object({ tag: z.intersection(strings, strings.max(3)) }), ['a']],
    ['zod, a tuple', z.object({ tag: z.tuple([z.string(), z.string().optional()]) }), ['a']],
    [
      'zod, next to what JSON Schema lacks',
      z.object({ tag: strings, on: z.coerce.date().optional() }),
      ['a'],
    ],
    ['zod, an object that is wrapped', z.object({ tag: strings }).optional().readonly(), ['a']],
    ['zod, an object that is transformed', z.object({ tag: strings }).transform((all) => all), ['a']],
    ['zod, a strict object', z.strictObject({ tag: strings }), ['a']],
    ['zod, any other field', z.object({ q: z.string().optional() }).catchall(strings), ['a']],
    ['zod, a record', z.record(z.string(), strings), ['a']],
    [
      'zod, two objects',
      z.intersection(z.object({ tag: strings }), z.object({ q: z.string().optional() })),
      ['a'],
    ],
    ['zod, one of two objects', z.union([z.object({ tag: strings }), z.object({ q: z.string() })]), ['a']],
    ['zod, asynchronous', z.object({ tag: strings.refine(async () => Promise.resolve(true)) }), ['a']],
    ['zod/mini', mini.object({ tag: mini.optional(mini.array(mini.string())) }), ['a']],
    ['Valibot', v.object({ tag: v.array(v.string()) }), ['a']],
    ['Valibot, optional', v.object({ tag: v.optional(v.array(v.string()), []) }), ['a']],
    ['Valibot, nullish', v.strictObject({ tag: v.nullish(v.array(v.string())) }), ['a']],
    [
      'Valibot, piped',
      v.object({
        tag: v.pipe(
          v.array(v.string()),
          v.transform((tags) => tags.length),
        ),
      }),
      1,
    ],
    ['Valibot, a tuple', v.object({ tag: v.tupleWithRest([v.string()], v.string()) }), ['a']],
    ['Valibot, a union', v.object({ tag: v.union([v.array(v.string()), v.null()]) }), ['a']],
    ['Valibot, lazy', v.object({ tag: v.lazy(() => v.array(v.string())) }), ['a']],
    ['Valibot, any other field', v.objectWithRest({}, v.array(v.string())), ['a']],
    [
      'Valibot, a piped object',
      v.pipe(
        v.object({ tag: v.array(v.string()) }),
        v.check(() => true),
      ),
      ['a'],
    ],
    ['ArkType', type({ tag: 'string[]' }), ['a']],
    ['ArkType, optional', type({ 'tag?': 'string[]' }), ['a']],
    ['ArkType, with a default', type({ tag: type('string[]').default(() => []) }), ['a']],
    ['ArkType, or null', type({ tag: 'string[] | null' }), ['a']],
    ['ArkType, morphed', type({ tag: ['string[]', '=>', (tags) => tags.length] }), 1],
  ])('%s', async (_what, schema, tag) => {
    expect(await queryOf(schema, 'tag=a')).toEqual({ tag });
    expect(await queryOf(schema, 'tag=a&tag=b')).toHaveProperty('tag');
  });

  test.each<[string, Schema]>([
    ['zod', z.object({ tag: z.tuple([z.string()]) })],
    ['Valibot', v.object({ tag: v.strictTuple([v.string()]) })],
  ])('%s, a tuple of one takes no second value', async (_what, schema) => {
    expect(await queryOf(schema, 'tag=a')).toEqual({ tag: ['a'] });
    await expect(queryOf(schema, 'tag=a&tag=b')).rejects.toMatchObject({ code: 'ERR_BLAIZE_VALIDATION' });
  });

  test('several values, none and an empty one are what they are', async () => {
    const schema = z.object({ tag: strings.optional() });
    expect(await queryOf(schema, 'tag=a&tag=b')).toEqual({ tag: ['a', 'b'] });
    expect(await queryOf(schema, '')).toEqual({});
    expect(await queryOf(schema, 'tag=')).toEqual({ tag: [''] });
    await expect(queryOf(z.object({ tag: strings }), '')).rejects.toMatchObject({
      details: [{ pointer: '/tag' }],
    });
  });

  test('a value that does not fit is told by its place in the list', async () => {
    await expect(queryOf(z.object({ id: z.array(z.coerce.number()) }), 'id=x')).rejects.toMatchObject({
      details: [{ in: 'query', pointer: '/id/0' }],
    });
  });

  test('a form is like a query, and JSON is not', async () => {
    const schema = z.object({ tags: strings, title: z.string() });
    const form = 'application/x-www-form-urlencoded';
    for (const type of [form, `${form}; charset=utf-8`, form.toUpperCase()]) {
      expect(await bodyOf(schema, 'tags=a&title=x', type)).toEqual({ tags: ['a'], title: 'x' });
    }
    await expect(bodyOf(schema, '{"tags":"a","title":"x"}', 'application/json')).rejects.toMatchObject({
      details: [{ pointer: '/tags' }],
    });
  });
});

describe('one value stays what it is where the schema takes it:', () => {
  test.each<[string, Schema, unknown]>([
    ['zod', z.object({ tag: z.string() }), 'a'],
    ['zod, or a list', z.object({ tag: z.union([z.string(), strings]) }), 'a'],
    ['zod, a number or a list', z.object({ tag: z.union([z.coerce.string(), strings]) }), 'a'],
    [
      'zod, split by hand',
      z.object({ tag: z.preprocess((value) => String(value).split(','), strings) }),
      ['a'],
    ],
    ['zod, anything', z.object({ tag: z.unknown() }), 'a'],
    ['zod, in one of two objects', z.union([z.object({ tag: z.string() }), z.object({ tag: strings })]), 'a'],
    ['Valibot', v.object({ tag: v.union([v.string(), v.array(v.string())]) }), 'a'],
    ['ArkType', type({ tag: 'string | string[]' }), 'a'],
  ])('%s', async (_what, schema, tag) => {
    expect(await queryOf(schema, 'tag=a')).toEqual({ tag });
  });

  test('a schema that does not say is left alone', () => {
    const silent = {
      '~standard': { ...z.object({ tag: strings })['~standard'], vendor: 'x', jsonSchema: undefined },
    };
    expect(listFieldsOf(silent as unknown as Schema)).toBeUndefined();
    const broken = {
      '~standard': {
        vendor: 'x',
        jsonSchema: {
          input: () => {
            throw new Error('no');
          },
        },
      },
    };
    expect(listFieldsOf(broken as unknown as Schema)).toBeUndefined();
  });
});

describe('any Standard JSON Schema', () => {
  const withJson = (json: object): Schema =>
    ({
      '~standard': {
        version: 1,
        vendor: 'x',
        validate: (value: unknown) => ({ value }),
        jsonSchema: { input: () => json },
      },
    }) as Schema;

  test.each<[object, unknown]>([
    [{ type: 'object', properties: { tag: { type: ['array', 'null'] } } }, ['a']],
    [
      {
        $ref: '#/$defs/Q',
        $defs: { Q: { type: 'object', properties: { tag: { $ref: '#/$defs/T' } } }, T: { type: 'array' } },
      },
      ['a'],
    ],
    [{ allOf: [{ type: 'object', properties: { tag: { type: 'array' } } }] }, ['a']],
    [{ type: 'object', additionalProperties: { type: 'array' } }, ['a']],
    [{ type: 'object', properties: { tag: { oneOf: [{ type: 'array' }, { type: 'null' }] } } }, ['a']],
    [{ type: 'object', properties: { tag: { type: ['array', 'string'] } } }, 'a'],
    [{ type: 'object', properties: { tag: {} } }, 'a'],
    [{ $ref: '#/$defs/Loop', $defs: { Loop: { $ref: '#/$defs/Loop' } } }, 'a'],
  ])('%j', async (json, tag) => {
    expect(await queryOf(withJson(json), 'tag=a')).toEqual({ tag });
  });
});

test('one file of a form is a list as well', async () => {
  const file = new File(['a'], 'a.txt');
  let got: unknown;
  const app = createApp({
    logger: false,
    bodyReaders: { 'multipart/form-data': () => ({ files: file, file, list: 'a' }) },
  });
  const schema = { body: z.object({ files: z.array(z.file()), file: z.file(), list: strings }) };
  app.router.addRoute(
    'POST',
    '/',
    createPostRoute({ schema, handler: ({ request }) => void (got = request.body) }),
  );
  const form = new FormData();
  form.set('a', 'b');
  await app.fetch(new Request('http://localhost/', { method: 'POST', body: form }));
  expect(got).toEqual({ files: [file], file, list: ['a'] });
});

test('a schema is looked at once, and costs nothing without a list', () => {
  expect(listFieldsOf(node)?.names).toEqual(new Set(['next']));
  expect(listFieldsOf(node)).toBe(listFieldsOf(node));
  expect(listFieldsOf(z.object({ q: z.string(), page: z.coerce.number() }))).toBeUndefined();
});

test('middleware and the names of prototypes see what came', async () => {
  const ctx = contextFor(new Request('http://localhost/?tag=a&__proto__=b'));
  const { query } = ctx.request;
  const route = createGetRoute({
    schema: { query: z.record(z.string(), strings) },
    handler: (c) => Object.keys(c.request.query),
  });
  await compileHandler('GET /', route)(ctx);
  expect({ ...query }).toMatchObject({ tag: 'a' });
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
