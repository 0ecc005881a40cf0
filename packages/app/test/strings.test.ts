import { expect, test } from 'vitest';
import { z } from 'zod';

import { createGetRoute } from '@blaizejs/router';
import type { Schema } from '@blaizejs/types';

import { createApp } from '../src/create-app.ts';

// The table "What strings become" of the documentation, row by row.
const any = z.record(z.string(), z.unknown());

async function queryOf(query: string, schema: Schema): Promise<unknown> {
  const app = createApp({ logger: false, mode: 'development' });
  app.router.addRoute(
    'GET',
    '/',
    createGetRoute({ schema: { query: schema }, handler: (ctx) => ctx.request.query as object }),
  );
  const response = await app.fetch(new Request(`http://localhost/?${query}`));
  await app.close();
  return response.status === 200 ? response.json() : response.status;
}

test.each<[string, Schema, unknown]>([
  ['page=2', any, { page: '2' }],
  ['page=2', z.object({ page: z.coerce.number() }), { page: 2 }],
  ['q=', any, { q: '' }],
  ['q=', z.object({ q: z.coerce.number() }), { q: 0 }],
  ['q=', z.object({ q: z.string().min(1).pipe(z.coerce.number()) }), 400],
  ['q', any, { q: '' }],
  ['', z.object({ q: z.string().optional() }), {}],
  ['q=a+b&r=a%20b', any, { q: 'a b', r: 'a b' }],
  ['tag=a&tag=b', any, { tag: ['a', 'b'] }],
  ['tag=a&tag=b', z.object({ tag: z.string() }), 400],
  ['tag=a', z.object({ tag: z.array(z.string()) }), { tag: ['a'] }],
  ['tag=a', z.object({ tag: z.union([z.string(), z.array(z.string())]) }), { tag: 'a' }],
  ['tag[]=a&user[name]=a', any, { 'tag[]': 'a', 'user[name]': 'a' }],
  ['on=false', z.object({ on: z.coerce.boolean() }), { on: true }],
  ['on=false', z.object({ on: z.stringbool() }), { on: false }],
])('?%s', async (query, schema, expected) => {
  expect(await queryOf(query, schema)).toEqual(expected);
});

test('a path keeps its plus signs', async () => {
  const app = createApp({ logger: false });
  app.router.addRoute('GET', '/:name', { handler: (ctx) => ctx.request.params.name });
  expect(await (await app.fetch(new Request('http://localhost/a+b%20c'))).text()).toBe('a+b c');
  await app.close();
});
