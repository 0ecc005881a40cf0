import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

import { createPostRoute } from '@blaizejs/router';
import type { AnyRoute } from '@blaizejs/types';

import { compileHandler } from '../src/compile-handler.ts';
import { contextFor } from './contexts.ts';

interface Answer {
  id: number;
  total: number;
}

const withZod = createPostRoute({
  schema: {
    params: z.object({ id: z.coerce.number() }),
    body: z.object({ items: z.array(z.object({ price: z.number() })), note: z.string().default('none') }),
    response: z.object({ id: z.number(), total: z.number() }),
  },
  handler: ({ request: { params, body } }) => {
    expectTypeOf(params).toEqualTypeOf<{ id: number }>();
    expectTypeOf(body.note).toBeString();
    return { id: params.id, total: body.items.reduce((sum, { price }) => sum + price, 0), secret: body.note };
  },
});

const withValibot = createPostRoute({
  schema: {
    params: v.object({ id: v.pipe(v.string(), v.transform(Number)) }),
    body: v.object({ items: v.array(v.object({ price: v.number() })), note: v.optional(v.string(), 'none') }),
    response: v.object({ id: v.number(), total: v.number() }),
  },
  handler: ({ request: { params, body } }) => {
    expectTypeOf(params).toEqualTypeOf<{ id: number }>();
    expectTypeOf(body.note).toBeString();
    return { id: params.id, total: body.items.reduce((sum, { price }) => sum + price, 0), secret: body.note };
  },
});

const withArkType = createPostRoute({
  schema: {
    params: type({ id: 'string.numeric.parse' }),
    body: type({ items: type({ price: 'number' }).array(), note: "string = 'none'" }),
    response: type({ '+': 'delete', id: 'number', total: 'number' }),
  },
  handler: ({ request: { params, body } }) => {
    expectTypeOf(params).toEqualTypeOf<{ id: number }>();
    expectTypeOf(body.note).toBeString();
    return { id: params.id, total: body.items.reduce((sum, { price }) => sum + price, 0), secret: body.note };
  },
});

async function answerOf(route: AnyRoute, body: unknown): Promise<unknown> {
  const request = new Request('http://localhost/', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  const ctx = contextFor(request, { params: { id: '7' } });
  await compileHandler('POST /orders/:id', route)(ctx);
  return ctx.response.body;
}

describe.each<[string, AnyRoute]>([
  ['zod', withZod],
  ['Valibot', withValibot],
  ['ArkType', withArkType],
])('%s', (_name, route) => {
  test('coerces, fills in defaults and strips the answer', async () => {
    expect(await answerOf(route, { items: [{ price: 2 }, { price: 3 }] })).toEqual({
      id: 7,
      total: 5,
    } satisfies Answer);
  });

  test('says which field does not fit', async () => {
    await expect(answerOf(route, { items: [{ price: 2 }, { price: 'x' }] })).rejects.toMatchObject({
      status: 400,
      details: [{ in: 'body', pointer: '/items/1/price' }],
    });
  });
});
