import { setImmediate } from 'node:timers/promises';

import { reply } from '@blaizejs/context';
import type { ResponseMap, Schema } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { contextFor, keepingLogger } from '../test/contexts.ts';
import { responseCheckOf } from './validate-response.ts';
import { isSchema } from './validate.ts';

const user = z.object({ name: z.string(), role: z.string().default('user') });
const map = { 200: user, 201: z.object({ id: z.number() }), 204: null, 404: z.object({ code: z.string() }) };

async function check(
  response: Schema | ResponseMap,
  answer: unknown,
  onMisfit: 'error' | 'log' = 'error',
): Promise<{ status: number; body: unknown; problem: string | undefined; logged: unknown[] }> {
  const { log, lines } = keepingLogger();
  const ctx = contextFor(undefined, { log });
  let problem: string | undefined;
  try {
    ctx.response.answer(answer);
    await responseCheckOf('GET /x', response, onMisfit)?.(ctx);
  } catch (error) {
    problem = (error as Error).message;
  }
  return { status: ctx.response.statusCode, body: ctx.response.body, problem, logged: lines };
}

const problemOf = async (...args: Parameters<typeof check>) => (await check(...args)).problem;

describe('by status', () => {
  test('each answer is made what the schema of its status says', async () => {
    expect(await check(map, { name: 'Ada', password: 'x' })).toMatchObject({
      status: 200,
      body: { name: 'Ada', role: 'user' },
      problem: undefined,
    });
    expect((await check(map, reply(201, { id: 1, secret: 2 }))).body).toEqual({ id: 1 });
    expect((await check(map, reply(404, { code: 'no-user', stack: 'x' }))).body).toEqual({ code: 'no-user' });
  });

  test('one that does not fit its own is a problem, if it fits another or not', async () => {
    expect(await problemOf(map, reply(201, { name: 'Ada' }))).toMatch(
      /^The answer of GET \/x does not match its response schema: \/id: /,
    );
  });

  test('null is no content, and only that', async () => {
    expect(await problemOf(map, undefined)).toBeUndefined();
    expect(await problemOf(map, reply(204, null))).toBeUndefined();
    expect(await problemOf(map, reply(204, { a: 1 }))).toBe(
      'The answer of GET /x does not match its response schema: a 204 has no content, and some was given',
    );
  });

  test.each([202, 400, 500])('%i, which has none, is a problem', async (status) => {
    expect(await problemOf(map, reply(status, { any: 1 }))).toBe(
      `The answer of GET /x does not match its response schema: there is none for status ${status}`,
    );
  });

  test.each([301, 302, 303, 304, 307])('%i is not looked at unless it has one', async (status) => {
    expect(await problemOf(map, reply(status, null, { location: '/' }))).toBeUndefined();
    expect(await problemOf({ [status]: z.string() }, reply(status, 7))).toMatch(/the whole: /);
  });

  test('content that is missing is left to the status', async () => {
    expect(await problemOf(map, reply(200, null))).toBeUndefined();
  });
});

describe('one schema', () => {
  test('is for every 2xx, and for nothing else', async () => {
    expect((await check(user, reply(201, { name: 'Ada' }))).body).toEqual({ name: 'Ada', role: 'user' });
    expect(await problemOf(user, reply(201, {}))).toMatch(/\/name: /);
    expect(await problemOf(user, reply(404, { anything: 1 }))).toBeUndefined();
    expect(await problemOf(user, undefined)).toBeUndefined();
  });

  test('may be asynchronous, and names every field', async () => {
    const later = z.object({
      id: z.number().refine(async (id) => (await setImmediate(id)) > 0, 'too small'),
      list: z.array(z.string()),
    });
    expect(await problemOf(later, { id: 1, list: [] })).toBeUndefined();
    expect(await problemOf(later, { id: 0, list: [1] })).toMatch(/\/id: too small; \/list\/0: |\/list\/0: /);
  });
});

test('bytes, streams and a Response with content are not looked at', async () => {
  for (const answer of [new Uint8Array(1), new Blob(['x']), new Response('x'), new ReadableStream()]) {
    expect(await problemOf(map, answer)).toBeUndefined();
    expect(await problemOf(user, answer)).toBeUndefined();
  }
});

test('a misfit is an internal error that clients are told nothing of', async () => {
  const ctx = contextFor();
  ctx.response.answer({ name: 7 });
  expect(() => responseCheckOf('GET /x', user, 'error')?.(ctx)).toThrow(
    expect.objectContaining({ status: 500, code: 'ERR_BLAIZE_RESPONSE_SCHEMA', expose: false }),
  );
});

test('or only logged, and the answer is left as it is', async () => {
  const answer = { name: 7, extra: true };
  const { problem, body, logged } = await check(user, answer, 'log');
  expect([problem, body]).toEqual([undefined, answer]);
  const message = expect.stringMatching(
    /^The answer of GET \/x does not match its response schema: \/name: /,
  );
  expect(logged).toEqual([['error', { err: expect.any(Error) as Error }, message]]);
  expect((await check(map, reply(202, 1), 'log')).logged).toHaveLength(1);
  expect((await check(user, { name: 'Ada', extra: 1 }, 'log')).body).toEqual({ name: 'Ada', role: 'user' });
});

test('a schema is known by its standard, a map by having none', () => {
  expect([isSchema(user), isSchema(map), isSchema({})]).toEqual([true, false, false]);
});

test('unknown properties are removed at any depth, in lists and in unions', async () => {
  const pet = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('cat'), lives: z.number() }),
    z.object({ kind: z.literal('dog'), owner: z.object({ name: z.string() }) }),
  ]);
  const response = z.object({
    users: z.array(z.object({ name: z.string(), address: z.object({ city: z.string() }).optional() })),
    byId: z.record(z.string(), z.object({ id: z.number() })),
    pets: z.array(z.union([z.string(), pet])),
  });
  const answer = {
    users: [
      { name: 'Ada', passwordHash: 'x', address: { city: 'London', secret: 1 } },
      { name: 'Bob', x: 1 },
    ],
    byId: { a: { id: 1, token: 'x' } },
    pets: [
      'x',
      { kind: 'cat', lives: 9, owner: 'x' },
      { kind: 'dog', owner: { name: 'Ada', password: 'x' } },
    ],
    extra: true,
  };
  expect((await check(response, answer)).body).toEqual({
    users: [{ name: 'Ada', address: { city: 'London' } }, { name: 'Bob' }],
    byId: { a: { id: 1 } },
    pets: ['x', { kind: 'cat', lives: 9 }, { kind: 'dog', owner: { name: 'Ada' } }],
  });
});

test('a misfit does not repeat a secret, and lists 20 problems', async () => {
  const schema = z.object({
    passwordHash: z.string().refine(() => false, { error: ({ input }) => String(input) }),
  });
  expect(await problemOf(schema, { passwordHash: '$argon2id$abcdefgh' })).toMatch(
    /: \/passwordHash: Invalid value$/,
  );
  const many = await problemOf(
    z.array(z.number()),
    Array.from({ length: 100 }, () => 'x'),
  );
  expect(many).toMatch(/; and 80 more$/);
});
