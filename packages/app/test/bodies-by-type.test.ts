import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { content, ndjson } from '@blaizejs/context';
import type { BodyMap, BodyReaders, Schema } from '@blaizejs/types';

import { createApp } from '../src/create-app.ts';

interface Options {
  readonly query?: Schema;
  readonly bodyReaders?: BodyReaders;
  readonly bodyLimit?: number;
}

type Post = (body: string | Uint8Array | null, type?: string, path?: string) => Promise<Response>;

function poster(body: Schema | BodyMap, { query, ...options }: Options = {}): Post {
  const app = createApp({ logger: false });
  app.router.addRoute('POST', '/', {
    ...options,
    schema: { body, query },
    handler: async ({ request }: { request: { body: unknown } }) => {
      const { body } = request;
      if (body instanceof Uint8Array) return { bytes: body.length };
      if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) return { body };
      const items: unknown[] = [];
      for await (const item of body as AsyncIterable<unknown>) items.push(item);
      return { items };
    },
  } as never);
  return (content, type, path = '/') =>
    app.fetch(
      new Request(`http://localhost${path}`, {
        method: 'POST',
        // Bytes, so that the request has only the type that it is given.
        body: typeof content === 'string' ? Buffer.from(content) : content,
        headers: type === undefined ? {} : { 'content-type': type },
      }),
    );
}

async function told(response: Response): Promise<[number, unknown]> {
  return [response.status, await response.json()];
}

const Note = z.object({ text: z.string(), tags: z.array(z.string()).default([]) });
const FORM = 'application/x-www-form-urlencoded';

describe('a schema per media type', () => {
  const post = poster(
    {
      'application/json': z.object({ json: z.number() }),
      [FORM]: z.object({ form: z.string(), tag: z.array(z.string()) }),
      'text/*': z.string().transform((text) => ({ text })),
      'application/vnd.note+json': z.object({ note: z.string() }),
      'application/yaml': z.object({ yaml: z.string() }),
      'image/png': content('image/png'),
    },
    { bodyReaders: { 'application/yaml': () => ({ yaml: 'read' }) } },
  );

  test.each<[string, string, unknown]>([
    ['application/json', '{"json":1}', { json: 1 }],
    ['Application/JSON ; charset="UTF-8"', '{"json":1}', { json: 1 }],
    ['application/problem+json', '{"json":1}', { json: 1 }],
    ['application/vnd.note+json', '{"note":"x"}', { note: 'x' }],
    [FORM, 'form=a+b&tag=c', { form: 'a b', tag: ['c'] }],
    ['text/plain', 'hello', { text: 'hello' }],
    ['text/markdown', '# a', { text: '# a' }],
    ['application/yaml', 'a: 1', { yaml: 'read' }],
  ])('%s is read and checked by its own', async (type, sent, body) => {
    expect(await told(await post(sent, type))).toEqual([200, { body }]);
  });

  test('content() gets bytes', async () => {
    expect(await told(await post(new Uint8Array(3), 'image/png'))).toEqual([200, { bytes: 3 }]);
  });

  test.each([['image/gif'], ['application/xml'], [undefined], ['nonsense'], ['a/b, c/d']])(
    '%s is a 415 that lists them',
    async (type) => {
      const response = await post('x', type);
      expect(response.status).toBe(415);
      expect(response.headers.get('accept')).toBe(
        `application/json, ${FORM}, text/*, application/vnd.note+json, application/yaml, image/png`,
      );
    },
  );

  test('no body at all is for the first schema to judge', async () => {
    expect((await post(null)).status).toBe(400);
    const optional = poster({ 'application/json': Note.optional() });
    expect(await told(await optional(null))).toEqual([200, {}]);
    expect(await told(await optional(null, 'application/json'))).toEqual([200, {}]);
  });
});

describe('a 415', () => {
  const post = poster(Note, { query: z.object({ page: z.coerce.number() }) });

  test.each([
    ['image/png', 'accept', 'application/json, application/x-www-form-urlencoded, text/plain'],
    [
      'application/json; charset=utf-16',
      'accept',
      'application/json, application/x-www-form-urlencoded, text/plain',
    ],
  ])('for %s wins over what is wrong with the query and the JSON', async (type, header, value) => {
    const response = await post('{', type, '/?page=x');
    expect([response.status, response.headers.get(header)]).toEqual([415, value]);
  });

  test('for a coding does too', async () => {
    const app = createApp({ logger: false });
    app.router.addRoute('POST', '/', {
      schema: { body: Note, query: z.object({ page: z.coerce.number() }) },
      handler: () => 'x',
    });
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const response = await app.fetch(
      new Request('http://localhost/?page=x', { method: 'POST', body: '{', headers }),
    );
    expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity']);
  });
});

describe('JSON lines', () => {
  const post = poster(ndjson(z.object({ id: z.coerce.number() })), { bodyLimit: 100 });

  test.each(['application/x-ndjson', 'application/jsonl', 'application/ndjson; charset=utf-8'])(
    '%s is an async iterable of what the schema returns',
    async (type) => {
      const text = '{"id":"1","x":2}\r\n\n  \n{"id":2}';
      expect(await told(await post(text, type))).toEqual([200, { items: [{ id: 1 }, { id: 2 }] }]);
    },
  );

  test('there may be none', async () => {
    expect(await told(await post('', 'application/x-ndjson'))).toEqual([200, { items: [] }]);
    expect(await told(await post(null, 'application/x-ndjson'))).toEqual([200, { items: [] }]);
  });

  test('bodyLimit is the limit of all lines together, blank ones too', async () => {
    expect((await post('{"id":1}\n'.repeat(11), 'application/x-ndjson')).status).toBe(200);
    expect((await post('{"id":1}\n'.repeat(12), 'application/x-ndjson')).status).toBe(413);
    expect((await post('\n'.repeat(100), 'application/x-ndjson')).status).toBe(200);
    expect((await post('\n'.repeat(101), 'application/x-ndjson')).status).toBe(413);
  });

  test('without an announced length, the body is refused where it exceeds the limit', async () => {
    const app = createApp({ logger: false, bodyLimit: 100 });
    const seen: number[] = [];
    app.router.addRoute('POST', '/', {
      schema: { body: ndjson(z.object({ id: z.number() })) },
      handler: async ({ request }: { request: { body: AsyncIterable<{ id: number }> } }) => {
        for await (const { id } of request.body) seen.push(id);
        return 'all';
      },
    } as never);
    let id = 0;
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(Buffer.from(`{"id":${id++}}\n`)),
    });
    const headers = { 'content-type': 'application/x-ndjson' };
    const response = await app.fetch(
      new Request('http://localhost/', { method: 'POST', body: endless, headers, duplex: 'half' }),
    );
    expect([response.status, seen.length]).toEqual([413, 11]);
  });

  test('lineLimit is the limit of one line', async () => {
    const post = poster(ndjson(z.object({ id: z.string() }), { lineLimit: 20 }));
    const line = (length: number) => `{"id":"${'x'.repeat(length - 9)}"}`;
    expect((await post(`${line(20)}\n${line(20)}`, 'application/x-ndjson')).status).toBe(200);
    expect((await post(`${line(20)}\n${line(21)}`, 'application/x-ndjson')).status).toBe(413);
    expect(() => ndjson(z.string(), { lineLimit: 0 })).toThrow('lineLimit');
    expect(() => ndjson(z.string(), { linelimit: 1 } as never)).toThrow('Did you mean `lineLimit`?');
  });

  test('a line that is no JSON is a 400 with its number', async () => {
    expect(await told(await post('{"id":1}\n{"id":secret}\n', 'application/x-ndjson'))).toMatchObject([
      400,
      { detail: 'Line 2 is not valid JSON: unexpected character at line 1, column 7.' },
    ]);
  });

  test('a line that does not fit is a 400 with its number and pointer', async () => {
    expect(await told(await post('\n{"id":1}\n{"id":"x"}\n', 'application/x-ndjson'))).toMatchObject([
      400,
      {
        code: 'ERR_BLAIZE_VALIDATION',
        details: [{ in: 'body', pointer: '/1/id', message: expect.stringMatching(/^Line 3: /) as string }],
      },
    ]);
  });

  test('a line that is too long is a 413, also if it never ends', async () => {
    expect((await post(`{"id":"${'1'.repeat(100)}"}`, 'application/x-ndjson')).status).toBe(413);
    expect((await post(`\n${'x'.repeat(101)}`, 'application/x-ndjson')).status).toBe(413);
  });

  test('another type is a 415', async () => {
    const response = await post('[]', 'application/json');
    expect([response.status, response.headers.get('accept')]).toEqual([415, 'application/x-ndjson']);
  });
});

test.each([['POST'], ['DELETE']])(
  '%s with a JSON type and no content is undefined to its schema',
  async (method) => {
    const app = createApp({ logger: false });
    app.router.addRoute(method, '/', {
      schema: { body: Note.optional() },
      handler: (ctx: { request: { body: unknown } }) => ({ got: ctx.request.body === undefined }),
    } as never);
    const headers = { 'content-type': 'application/json' };
    const response = await app.fetch(new Request('http://localhost/', { method, headers }));
    expect(await response.json()).toEqual({ got: true });
  },
);

test('headers and cookies are checked with the rest, and told with it', async () => {
  const app = createApp({ logger: false });
  app.router.addRoute('GET', '/', {
    schema: {
      query: z.object({ page: z.coerce.number() }),
      headers: z.object({ 'x-count': z.coerce.number(), get: z.string().optional() }),
      cookies: z.object({ theme: z.enum(['light', 'dark']) }),
    },
    handler: ({ request: { headers, cookies, query } }) => ({
      count: headers['x-count'],
      same: headers.get('x-count'),
      cookies,
      query,
    }),
  });
  const ask = (path: string, headers: Record<string, string>) =>
    app.fetch(new Request(`http://localhost${path}`, { headers }));
  const good = await ask('/?page=2', { 'X-Count': '7', cookie: 'theme=dark; other=1', get: 'x' });
  expect(await told(good)).toEqual([
    200,
    { count: 7, same: '7', cookies: { theme: 'dark' }, query: { page: 2 } },
  ]);
  const bad = await ask('/?page=x', { 'x-count': 'many', cookie: 'theme=hunter2' });
  expect(await told(bad)).toMatchObject([
    400,
    {
      details: [
        { in: 'query', pointer: '/page' },
        { in: 'headers', pointer: '/x-count' },
        { in: 'cookies', pointer: '/theme' },
      ],
    },
  ]);
});
