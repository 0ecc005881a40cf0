import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { PassThrough } from 'node:stream';
import { runInNewContext } from 'node:vm';

import { createApp } from '@blaizejs/app';
import type { Context } from '@blaizejs/types';
import { FormData as NodeFormData } from 'formdata-node';
import * as undici from 'undici';
import { expect, test } from 'vitest';

// These have no types, or types that would bring those of browsers into all that is compiled with them.
const require = createRequire(import.meta.url);
const NodeFetch = require('node-fetch') as { Response: typeof Response };
const OldStream = require('readable-stream') as { PassThrough: typeof PassThrough };
const { createSchema, createYoga } = require('graphql-yoga') as {
  createSchema(options: object): object;
  createYoga(options: object): { fetch(request: Request): Promise<Response> };
};

/** Emits an error in a turn of its own. Without a listener that would end the process. */
function emitLater(emitter: EventEmitter, error: Error): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      emitter.emit('error', error);
      resolve();
    });
  });
}

/** What `handler` answers with, as a client gets it. */
async function answerOf(handler: (ctx: Context) => unknown, init?: RequestInit): Promise<Response> {
  const app = createApp({ logger: false, mode: 'development' });
  app.router.addRoute('GET', '/', { handler });
  return app.fetch(new Request('http://localhost/', init));
}

const RESPONSES: [maker: string, make: (body: string | null, init: ResponseInit) => unknown][] = [
  ['the platform', (body, init) => new Response(body, init)],
  ['npm undici', (body, init) => new undici.Response(body, init as undici.ResponseInit)],
  ['node-fetch', (body, init) => new NodeFetch.Response(body ?? undefined, init)],
];

test.each(RESPONSES)('a Response of %s is the answer, with all that it says', async (_maker, make) => {
  const headers: [string, string][] = [
    ['content-type', 'text/x'],
    ['x-a', '1'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ];
  const init = { status: 418, statusText: 'Short and Stout', headers };
  for (const answer of [
    () => make('téa', init),
    (ctx: Context) => ctx.response.send(make('téa', init)),
    async () => Promise.resolve(make('téa', init)),
  ]) {
    const response = await answerOf(answer);
    expect([response.status, response.statusText, await response.text()]).toEqual([
      418,
      'Short and Stout',
      'téa',
    ]);
    expect(response.headers.get('content-type')).toBe('text/x');
    expect(response.headers.get('x-a')).toBe('1');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  }
});

test.each(RESPONSES)('a Response of %s without content has none', async (_maker, make) => {
  const response = await answerOf(() => make(null, { status: 404, headers: [] }));
  expect([response.status, response.statusText, await response.text()]).toEqual([
    404,
    expect.any(String),
    '',
  ]);
});

test.each(RESPONSES)('a middleware answers with a Response of %s', async (_maker, make) => {
  const app = createApp({ logger: false, middleware: [() => make('no', { status: 403 }) as Response] });
  const response = await app.fetch(new Request('http://localhost/'));
  expect([response.status, await response.text()]).toEqual([403, 'no']);
});

test('the status text goes with its status', async () => {
  const response = await answerOf((ctx) => {
    ctx.response.send(new Response('x', { status: 201, statusText: 'Made' }));
    ctx.response.status(202);
    return ctx.response;
  });
  expect([response.status, response.statusText]).toEqual([202, '']);
});

test.each(RESPONSES)('a Response of %s whose body was read is refused', async (_maker, make) => {
  const response = await answerOf(async () => {
    const made = make('x', {}) as Response;
    await made.text();
    return made;
  });
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    detail: expect.stringContaining('was already read') as string,
  });
});

test('a graphql-yoga answers where it is mounted, with its status and type', async () => {
  const yoga = createYoga({
    schema: createSchema({
      typeDefs: 'type Query { hello: String }',
      resolvers: { Query: { hello: () => 'world' } },
    }),
    logging: false,
  });
  const app = createApp({ logger: false });
  app.mount('/graphql', (request) => yoga.fetch(request));
  const ask = (query: string): Promise<Response> => app.fetch(requestOf(query));
  const requestOf = (query: string): Request =>
    new Request('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
  const answer = await ask('{ hello }');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('application/json');
  expect(await answer.json()).toEqual({ data: { hello: 'world' } });
  expect(await (await ask('{ nothing }')).json()).toMatchObject({ errors: [{}] });
  const byHand = await answerOf(() => yoga.fetch(requestOf('{ hello }')));
  expect(await byHand.json()).toEqual({ data: { hello: 'world' } });
});

test('URLSearchParams are a form', async () => {
  const response = await answerOf(() => new URLSearchParams({ a: '1 2', b: 'é' }));
  expect(response.headers.get('content-type')).toBe('application/x-www-form-urlencoded;charset=UTF-8');
  expect(await response.text()).toBe('a=1+2&b=%C3%A9');
});

test.each([
  ['the platform', () => new FormData()],
  ['npm undici', () => new undici.FormData() as unknown as FormData],
  ['formdata-node', () => new NodeFormData() as unknown as FormData],
])('a FormData of %s is multipart', async (_maker, make) => {
  const response = await answerOf(() => {
    const form = make();
    form.append('name', 'ada');
    form.append('name', 'grace');
    return form;
  });
  expect(response.headers.get('content-type')).toMatch(/^multipart\/form-data; ?boundary=/);
  expect(await response.text()).toMatch(/name="name"\r\n\r\nada\r\n[^]+name="name"\r\n\r\ngrace\r\n/);
});

test('files of a FormData go with it', async () => {
  const response = await answerOf(() => {
    const form = new FormData();
    form.append('file', new Blob(['hello'], { type: 'text/x' }), 'a.txt');
    return form;
  });
  expect(await response.text()).toMatch(
    /name="file"; filename="a\.txt"\r\nContent-Type: text\/x\r\n\r\nhello\r\n/,
  );
});

test('bytes of another realm are bytes', async () => {
  for (const code of ['new Uint8Array([104, 105])', 'new Uint8Array([104, 105]).buffer']) {
    const response = await answerOf(() => runInNewContext(code) as unknown);
    expect([response.headers.get('content-type'), await response.text()]).toEqual([
      'application/octet-stream',
      'hi',
    ]);
  }
  const chunks = await answerOf(async function* () {
    yield await Promise.resolve(runInNewContext('new Uint8Array([104, 105])') as Uint8Array);
  });
  expect(await chunks.text()).toBe('hi');
});

test('a stream of an old readable-stream is sent, and one that fails before is a 500', async () => {
  const sent = await answerOf(() => {
    const stream = new OldStream.PassThrough();
    stream.write('a');
    stream.end('b');
    return stream;
  });
  expect(await sent.text()).toBe('ab');

  const failed = await answerOf(async ({ response }) => {
    const stream = new OldStream.PassThrough();
    response.stream(stream);
    await emitLater(stream, new Error('no such object'));
    return response;
  });
  expect([failed.status, await failed.json()]).toMatchObject([500, { detail: 'no such object' }]);
});

test('an iterable that emits an error before it is sent is a 500', async () => {
  class Cursor extends EventEmitter {
    async *[Symbol.asyncIterator](): AsyncGenerator<string> {
      yield await new Promise<string>(() => undefined);
    }
  }
  const response = await answerOf(async ({ response: answer }) => {
    const cursor = new Cursor();
    answer.stream(cursor);
    await emitLater(cursor, new Error('connection lost'));
    return answer;
  });
  expect([response.status, await response.json()]).toMatchObject([500, { detail: 'connection lost' }]);
});

test('a Web stream of another implementation is sent', async () => {
  const chunks = ['a', 'b'].map((text) => new TextEncoder().encode(text));
  class Ponyfill {
    getReader(): object {
      return { read: async () => Promise.resolve({ done: chunks.length === 0, value: chunks.shift() }) };
    }
  }
  expect(await (await answerOf(() => new Ponyfill())).text()).toBe('ab');
});

test.each([
  ['a Map', () => new Map([['a', 1]]), 'Object.fromEntries(map)'],
  ['a Set', () => new Set([1]), '[...set]'],
  [
    'a Map of another realm',
    () => runInNewContext('new Map([["a", 1]])') as unknown,
    'Object.fromEntries(map)',
  ],
  ['Headers', () => new Headers({ a: '1' }), 'Object.fromEntries(headers)'],
  ['an iterator', () => [1, 2].values(), 'plain object'],
  ['a regular expression', () => /x/, 'plain object'],
  ['a promise in JSON', (ctx: Context) => ctx.response.json(Promise.resolve(1)), 'Await it'],
  ['a Map in JSON', (ctx: Context) => ctx.response.json(new Map()), 'Object.fromEntries(map)'],
  [
    'a Response in JSON',
    (ctx: Context) => ctx.response.json(new Response('x')),
    'Return the response itself',
  ],
])('%s, which JSON would make {}, is refused', async (_what, handler: (ctx: Context) => unknown, advice) => {
  const response = await answerOf(handler);
  expect([response.status, await response.json()]).toMatchObject([
    500,
    { detail: expect.stringContaining(advice) as string },
  ]);
});

test('what is an object, and has nothing that JSON sees, stays {}', async () => {
  class Empty {
    readonly #hidden = 1;
    get hidden(): number {
      return this.#hidden;
    }
  }
  const withJson = Object.assign(new Map(), { toJSON: () => ({}) });
  for (const value of [{}, Object.create(null), new Empty(), withJson]) {
    expect(await (await answerOf(() => value)).text()).toBe('{}');
  }
});

test('an error of another realm that is returned, or sent, is thrown', async () => {
  const error = (): unknown => runInNewContext('new TypeError("other realm")');
  for (const handler of [error, (ctx: Context) => ctx.response.send(error())]) {
    const response = await answerOf(handler);
    expect([response.status, await response.json()]).toMatchObject([500, { detail: 'other realm' }]);
  }
});
