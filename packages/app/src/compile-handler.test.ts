import { setImmediate } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import type { RequestContext } from '@blaizejs/context/internal';
import { createGetRoute, createPostRoute } from '@blaizejs/router';
import type { AnyRoute } from '@blaizejs/types';

import { contextFor } from '../test/contexts.ts';
import { compileHandler } from './compile-handler.ts';

interface Sent {
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
}

function contextOf({ params, query = '', body }: Sent = {}): RequestContext {
  const init =
    body === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return contextFor(new Request(`http://localhost/${query}`, init), { params });
}

async function answerOf(route: AnyRoute, sent?: Sent): Promise<unknown> {
  const ctx = contextOf(sent);
  await compileHandler('GET /x', route)(ctx);
  return ctx.response.body;
}

const errorOf = (route: AnyRoute, sent?: Sent): Promise<unknown> =>
  answerOf(route, sent).then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('without schemas', () => {
  test('records the answer, and stays synchronous', () => {
    const ctx = contextOf();
    expect(compileHandler('GET /x', createGetRoute({ handler: () => ({ a: 1 }) }))(ctx)).toBeUndefined();
    expect(ctx.response.body).toEqual({ a: 1 });
  });

  test('waits for a handler that is not, and lets its errors through', async () => {
    expect(await answerOf({ handler: async () => setImmediate('later') })).toBe('later');
    await expect(answerOf({ handler: () => Promise.reject(new Error('no')) })).rejects.toThrow('no');
    expect(() =>
      compileHandler('GET /x', {
        handler: () => {
          throw new Error('now');
        },
      })(contextOf()),
    ).toThrow('now');
  });

  test('does not read the content', async () => {
    const ctx = contextOf({ body: { a: 1 } });
    await compileHandler(
      'POST /x',
      createPostRoute({ handler: (c) => `got ${String(c.request.body)}` }),
    )(ctx);
    expect(ctx.response.body).toBe('got undefined');
    expect(await ctx.request.json()).toEqual({ a: 1 });
  });

  test('an error that is returned is thrown', async () => {
    await expect(answerOf({ handler: async () => new Error('returned') })).rejects.toThrow('returned');
  });
});

describe('the request', () => {
  test('is what the schemas made of all its parts: coerced, stripped, with defaults', async () => {
    const route = createPostRoute({
      schema: {
        params: z.object({ id: z.coerce.number() }),
        query: z.object({ limit: z.coerce.number().default(10), tag: z.array(z.string()) }),
        body: z.object({ name: z.string().trim(), role: z.string().default('user') }),
      },
      handler: ({ request: { params, query, body } }) => ({ params, query, body }),
    });
    const sent = { params: { id: '7' }, query: '?tag=a&tag=b&x=1', body: { name: ' Ada ', admin: true } };
    expect(await answerOf(route, sent)).toEqual({
      params: { id: 7 },
      query: { limit: 10, tag: ['a', 'b'] },
      body: { name: 'Ada', role: 'user' },
    });
  });

  test('stays synchronous where only parameters are checked', () => {
    const ctx = contextOf({ query: '?a=1' });
    const route = createGetRoute({
      schema: { query: z.object({ a: z.coerce.number() }) },
      handler: (c) => c.request.query.a,
    });
    expect(compileHandler('GET /x', route)(ctx)).toBeUndefined();
    expect(ctx.response.body).toBe(1);
  });

  test('that does not fit never reaches the handler, and is told all that is wrong', async () => {
    let called = false;
    const route = createPostRoute({
      schema: {
        params: z.object({ id: z.coerce.number() }),
        query: z.object({ limit: z.coerce.number() }),
        body: z.object({ items: z.array(z.object({ name: z.string() })) }),
      },
      handler: () => (called = true),
    });
    const sent = { params: { id: 'x' }, query: '?limit=1', body: { items: [{ name: 'a' }, { name: 7 }] } };
    const error = await errorOf(route, sent);
    expect(error).toMatchObject({ status: 400, code: 'ERR_BLAIZE_VALIDATION' });
    expect((error as { details: unknown }).details).toEqual([
      {
        in: 'params',
        pointer: '/id',
        code: 'invalid_type',
        expected: 'number',
        message: 'Invalid input: expected number, received NaN',
      },
      {
        in: 'body',
        pointer: '/items/1/name',
        code: 'invalid_type',
        expected: 'string',
        message: 'Invalid input: expected string, received number',
      },
    ]);
    expect(called).toBe(false);
  });

  test('without content is undefined to its schema', async () => {
    const handler = (ctx: { request: { body: unknown } }): unknown => ({ got: ctx.request.body });
    const optional = createPostRoute({ schema: { body: z.object({}).optional() }, handler });
    expect(await answerOf(optional)).toEqual({ got: undefined });
    const required = createPostRoute({ schema: { body: z.object({}) }, handler });
    expect(await errorOf(required)).toMatchObject({ status: 400, details: [{ in: 'body', pointer: '' }] });
  });

  test('that can not be read is refused as reading refuses it', async () => {
    const route = createPostRoute({ schema: { body: z.unknown() }, handler: () => 1 });
    const request = new Request('http://localhost/', {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'image/png' },
    });
    await expect(compileHandler('POST /x', route)(contextFor(request))).rejects.toMatchObject({
      status: 415,
    });
  });

  test('may be checked by asynchronous schemas, all parts at once', async () => {
    const known = z.string().refine(async (id) => (await setImmediate(id)) === 'ada', 'unknown');
    const route = createGetRoute({
      schema: { params: z.object({ id: known }), query: z.object({ by: known }) },
      handler: (ctx) => `${ctx.request.params.id} by ${ctx.request.query.by}`,
    });
    expect(await answerOf(route, { params: { id: 'ada' }, query: '?by=ada' })).toBe('ada by ada');
    expect(await errorOf(route, { params: { id: 'x' }, query: '?by=y' })).toMatchObject({
      details: [
        { in: 'params', pointer: '/id', message: 'unknown' },
        { in: 'query', pointer: '/by', message: 'unknown' },
      ],
    });
  });

  test('fails with the error of a schema that throws', async () => {
    const broken = z.string().transform(() => {
      throw new TypeError('broken schema');
    });
    const route = createPostRoute({ schema: { body: broken }, handler: () => 1 });
    await expect(answerOf(route, { body: 'x' })).rejects.toThrow('broken schema');
  });
});

describe('the answer', () => {
  const schema = { response: z.object({ name: z.string(), role: z.string().default('user') }) };

  test('is stripped and completed by its schema', async () => {
    const handler = () => ({ name: 'Ada', password: 'x' });
    expect(await answerOf(createGetRoute({ schema, handler }))).toEqual({ name: 'Ada', role: 'user' });
    expect(await answerOf(createGetRoute({ schema, handler: async () => handler() }))).toEqual({
      name: 'Ada',
      role: 'user',
    });
    const said = createGetRoute({ schema, handler: (ctx) => ctx.response.status(201).json(handler()) });
    expect(await answerOf(said)).toEqual({ name: 'Ada', role: 'user' });
  });

  test('that does not fit is a 500 that names the route and each field', async () => {
    const route = createGetRoute({
      schema: { response: z.object({ items: z.array(z.object({ name: z.string() })) }) },
      handler: () => ({ items: [{ name: 7 as unknown as string }] }),
    });
    const error = await errorOf(route);
    expect(error).toMatchObject({ status: 500, code: 'ERR_BLAIZE_RESPONSE_SCHEMA', expose: false });
    expect((error as Error).message).toMatch(
      /^The answer of GET \/x does not match its response schema: \/items\/0\/name: /,
    );
    expect(await errorOf({ schema, handler: () => 'text' })).toMatchObject({
      message: expect.stringMatching(/response schema: the whole: /) as string,
    });
  });

  test('may be checked by an asynchronous schema', async () => {
    const response = z.object({
      id: z.number().refine(async (id) => (await setImmediate(id)) > 0, 'too small'),
    });
    expect(await answerOf(createGetRoute({ schema: { response }, handler: () => ({ id: 1 }) }))).toEqual({
      id: 1,
    });
    expect(await errorOf(createGetRoute({ schema: { response }, handler: () => ({ id: 0 }) }))).toMatchObject(
      {
        code: 'ERR_BLAIZE_RESPONSE_SCHEMA',
        message: expect.stringContaining('id: too small') as string,
      },
    );
  });

  test.each<[string, AnyRoute['handler']]>([
    ['no content', () => undefined],
    ['another status', (ctx: RequestContext) => ctx.response.status(404).json({ reason: 'gone' })],
    ['a Response', () => new Response('x')],
    ['bytes', () => new Uint8Array(1)],
  ])('is not checked where it is %s', async (_what, handler) => {
    expect(await errorOf({ schema, handler })).toBe('no error');
  });
});
