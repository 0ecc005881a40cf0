import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { content, events, ndjson, reply } from '@blaizejs/context';
import type { ResponseMap, Schema } from '@blaizejs/types';

import { createApp } from '../src/create-app.ts';

async function answerOf(
  response: Schema | ResponseMap,
  handler: (ctx: never) => unknown,
  validateResponses: 'error' | 'log' | false = 'error',
): Promise<Response> {
  const app = createApp({ logger: false, validateResponses });
  app.router.addRoute('GET', '/', { schema: { response }, handler });
  return app.fetch(new Request('http://localhost/'));
}

const typeOf = async (...args: Parameters<typeof answerOf>): Promise<[number, string | null]> => {
  const response = await answerOf(...args);
  return [response.status, response.headers.get('content-type')];
};

interface Ctx {
  response: { type(type: string): { send(value: unknown): unknown }; stream(source: unknown): unknown };
}

describe('content()', () => {
  test.each<[string, () => unknown]>([
    ['bytes', () => new Uint8Array([1])],
    ['a Buffer', () => Buffer.from('a')],
    ['text', () => 'a'],
    ['a stream', () => Readable.from([Buffer.from('a')])],
    ['a Web stream', () => new Blob(['a']).stream()],
    ['a Blob without a type', () => new Blob(['a'])],
    ['a Blob of it', () => new Blob(['a'], { type: 'image/png' })],
    ['a Response of it', () => new Response('a', { headers: { 'content-type': 'image/png' } })],
    ['a reply', () => reply(200, Buffer.from('a'))],
    ['the recorded response', (({ response }: Ctx) => response.stream(Readable.from(['a']))) as never],
  ])('gives its type to %s', async (_what, handler) => {
    expect(await typeOf({ 200: content('image/png') }, handler)).toEqual([200, 'image/png']);
    expect(await typeOf(content('image/png'), handler)).toEqual([200, 'image/png']);
  });

  test('text of a text type is UTF-8', async () => {
    expect(await typeOf(content('text/csv'), () => 'ä')).toEqual([200, 'text/csv; charset=utf-8']);
  });

  test('a type that the handler has set stays, if it is in the range', async () => {
    const png = ({ response }: Ctx) => response.type('image/png').send(Buffer.from('a'));
    expect(await typeOf(content('image/*'), png)).toEqual([200, 'image/png']);
  });

  test.each<[string, Schema, (ctx: never) => unknown]>([
    [
      'another type',
      content('image/gif'),
      ({ response }: Ctx) => response.type('image/png').send(Buffer.from('a')),
    ],
    ['a Blob of another', content('image/gif'), () => new Blob(['a'], { type: 'image/png' })],
    ['a Response of another', content('image/gif'), () => new Response('a')],
    ['a range, and no type', content('image/*'), () => Buffer.from('a')],
    ['an object', content('image/gif'), () => ({ a: 1 })],
    ['a number', content('image/gif'), () => 1],
  ])('%s is a 500', async (_what, schema, handler) => {
    expect((await answerOf(schema, handler)).status).toBe(500);
    expect((await answerOf(schema, handler, 'log')).status).toBe(200);
  });

  test('does not concern the other statuses', async () => {
    const map = { 200: content('image/gif'), 404: z.object({ code: z.string() }) };
    const response = await answerOf(map, () => reply(404, { code: 'x', secret: 1 }));
    expect([response.status, await response.json()]).toEqual([404, { code: 'x' }]);
  });

  test.each(['png', 'image/png; q=1', 'Image/PNG', '*/*', ''])('%j is no type', (type) => {
    expect(() => content(type)).toThrow(TypeError);
  });
});

describe('ndjson()', () => {
  const item = z.object({ id: z.number(), at: z.string().default('now') });
  const lines = ndjson(item);
  const expected = '{"id":1,"at":"now"}\n{"id":2,"at":"now"}\n';
  const items = [{ id: 1, secret: 'x' }, { id: 2 }];

  test.each<[string, () => unknown]>([
    ['a list', () => items],
    ['a Set', () => new Set(items)],
    [
      'a generator',
      function* () {
        yield* items;
      },
    ],
    [
      'an async generator',
      async function* () {
        for (const each of items) yield await setImmediate(each);
      },
    ],
    ['a stream of objects', () => Readable.from(items)],
    ['a Web stream', () => ReadableStream.from(items)],
    ['a reply', () => reply(200, items)],
  ])('sends %s, a line each, stripped and completed', async (_what, handler) => {
    for (const schema of [lines, { 200: lines }]) {
      const response = await answerOf(schema, handler);
      expect(response.headers.get('content-type')).toBe('application/x-ndjson');
      expect(await response.text()).toBe(expected);
    }
  });

  test('sends nothing for an empty list', async () => {
    const response = await answerOf(lines, () => []);
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test('a stream or Response that is lines already is sent as it is', async () => {
    const raw = ({ response }: Ctx) => response.stream(Readable.from(['{"a":1}\n']));
    expect(await (await answerOf(lines, raw)).text()).toBe('{"a":1}\n');
    const type = { headers: { 'content-type': 'application/x-ndjson' } };
    expect(await (await answerOf(lines, () => new Response('{"a":1}\n', type))).text()).toBe('{"a":1}\n');
  });

  test('a first line that does not fit is a 500; a later one breaks off the answer', async () => {
    expect((await answerOf(lines, () => [{ id: 'x' }])).status).toBe(500);
    const response = await answerOf(lines, () => [{ id: 1 }, { id: 'x' }]);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test('an error of the source does the same, and an object is a 500', async () => {
    const failing = async function* () {
      yield { id: 1 };
      await setImmediate();
      throw new Error('database');
    };
    const response = await answerOf(lines, failing);
    await expect(response.text()).rejects.toThrow();
    expect((await answerOf(lines, () => ({ id: 1 }))).status).toBe(500);
  });

  test('without checks, lines are still lines', async () => {
    const response = await answerOf(lines, () => [{ id: 'x' }], false);
    expect(await response.text()).toBe('{"id":"x"}\n');
    expect(await (await answerOf(lines, () => [{ id: 'x' }], 'log')).text()).toBe('{"id":"x"}\n');
  });

  test('items may be checked by an asynchronous schema', async () => {
    const later = ndjson(z.number().refine(async (n) => (await setImmediate(n)) > 0));
    expect(await (await answerOf(later, () => [1, 2])).text()).toBe('1\n2\n');
    expect((await answerOf(later, () => [0])).status).toBe(500);
  });
});

test('events() gives the type to a stream of events', async () => {
  const schema = events(z.object({ id: z.number() }));
  expect(schema['~content']).toMatchObject({ type: 'text/event-stream', kind: 'events' });
  const handler = async function* () {
    yield await setImmediate('data: {"id":1}\n\n');
  };
  const response = await answerOf(schema, handler);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(await response.text()).toBe('data: {"id":1}\n\n');
});
