import {
  BlaizeError,
  HttpError,
  TooManyRequestsError,
  UnauthorizedError,
  ValidationError,
} from '@blaizejs/errors';
import { toProblem } from '@blaizejs/errors/internal';
import { startTestServer, type TestServer } from '@blaizejs/testing';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ClientError, type ClientOptions, createClient, readLines, ResponseError } from '../src/index.ts';

interface Routes {
  GET: {
    '/slow': () => string;
    '/slow-body': () => string;
    '/drip': () => AsyncIterable<{ n: number }>;
    '/cut': () => string;
    '/away': () => unknown;
    '/loop': () => unknown;
    '/headers': () => Record<string, string>;
    '/[id]': () => unknown;
  };
  POST: { '/away': () => { body: string; headers: Record<string, string> } };
}

let app: TestServer;
let other: TestServer;
const open: (() => void)[] = [];
let loops = 0;

beforeAll(async () => {
  const cleartext = { tls: false as const, http2: { enabled: false } };
  [app, other] = await Promise.all([startTestServer(cleartext), startTestServer(cleartext)]);
  const never = (): Promise<never> => new Promise((_, reject) => open.push(() => reject(new Error('over'))));
  const { router } = app.server;
  router.addRoute('GET', '/slow', { handler: never });
  router.addRoute('GET', '/slow-body', {
    handler: ({ response }) =>
      response.type('application/json').stream(
        (async function* () {
          yield '{';
          await never();
        })(),
        { flush: true },
      ),
  });
  router.addRoute('GET', '/drip', {
    handler: async function* () {
      for (let n = 0; ; n++) {
        yield `${JSON.stringify({ n })}\n`;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  });
  router.addRoute('GET', '/cut', {
    handler: ({ request }) => (request.raw as { socket: { destroy(): void } }).socket.destroy(),
  });
  router.addRoute('GET', '/away', {
    handler: ({ response }) => response.redirect(`${other.url}/headers`, 307),
  });
  router.addRoute('GET', '/loop', {
    handler: ({ response }) => {
      loops += 1;
      return response.redirect('/loop', 302);
    },
  });
  router.addRoute('POST', '/away', {
    handler: ({ response }) => response.redirect(`${other.url}/keep`, 308),
  });
  other.server.router.addRoute('POST', '/keep', {
    handler: async ({ request }) => ({
      body: await request.text(),
      headers: Object.fromEntries(request.headers),
    }),
  });
  const echo = {
    handler: ({ request }: { request: { headers: Headers } }) => Object.fromEntries(request.headers),
  };
  router.addRoute('GET', '/headers', echo);
  other.server.router.addRoute('GET', '/headers', echo);
});
afterAll(async () => {
  for (const each of open) each();
  await Promise.all([app.close(), other.close()]);
});

const client = (options?: ClientOptions) => createClient<Routes>(app.url, { retry: 0, ...options });

/** A client that gets the same answer to everything. */
const answered = (
  body: string | Uint8Array<ArrayBuffer>,
  init: ResponseInit & { type?: string },
  options: ClientOptions = {},
) =>
  createClient<Routes>('https://example.org', {
    retry: 0,
    fetch: async () => {
      const response = new Response(body, init);
      if (init.type !== undefined) response.headers.set('content-type', init.type);
      return response;
    },
    ...options,
  });

async function failure(work: Promise<unknown>): Promise<ClientError> {
  const error: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(Error);
  return error as ClientError;
}

describe('a call ends', () => {
  test.each(['/slow', '/slow-body'] as const)(
    'when its time is over, also while %s is read',
    async (path) => {
      const error = await failure(client().get(path, { timeout: 50 }));
      expect(error).toMatchObject({
        code: 'ERR_BLAIZE_CLIENT_TIMEOUT',
        name: 'TimeoutError',
        message: `GET ${path} took more than 50 ms.`,
      });
      expect(error).toBeInstanceOf(ClientError);
      expect(error).toBeInstanceOf(BlaizeError);
      expect(error).not.toBeInstanceOf(HttpError);
    },
  );

  test('when its caller aborts it, before or while it runs', async () => {
    const expected = { code: 'ERR_BLAIZE_CLIENT_ABORTED', name: 'AbortError', cause: 'left' };
    expect(await failure(client().get('/slow', { signal: AbortSignal.abort('left') }))).toMatchObject(
      expected,
    );
    const controller = new AbortController();
    const call = failure(
      client({ onRequest: () => setTimeout(() => controller.abort('left'), 20) }).get('/slow', {
        signal: controller.signal,
      }),
    );
    expect(await call).toMatchObject(expected);
  });

  test('even if what sends it does not listen', async () => {
    const deaf = createClient<Routes>('https://example.org', { fetch: () => new Promise(() => undefined) });
    expect(await failure(deaf.get('/slow', { timeout: 20 }))).toMatchObject({
      code: 'ERR_BLAIZE_CLIENT_TIMEOUT',
    });
  });

  test('when the connection breaks, or there is none', async () => {
    expect(await failure(client().get('/cut'))).toMatchObject({
      code: 'ERR_BLAIZE_CLIENT_NETWORK',
      cause: expect.any(TypeError),
    });
    const nobody = createClient<Routes>('http://127.0.0.1:1', { retry: 0 });
    expect(await failure(nobody.get('/cut'))).toMatchObject({ code: 'ERR_BLAIZE_CLIENT_NETWORK' });
  });

  test('a stream ends when its loop is left, and when it is aborted; a timeout is for its head', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { n } of readLines(client().get, '/drip', {
        signal: controller.signal,
        timeout: 1_000,
      })) {
        seen.push(n);
        if (n === 3) controller.abort('enough');
      }
    })();
    expect(await failure(reading)).toMatchObject({ code: 'ERR_BLAIZE_CLIENT_ABORTED', cause: 'enough' });
    expect(seen).toEqual([0, 1, 2, 3]);
    for await (const { n } of readLines(client().get, '/drip')) if (n === 2) break;
  });
});

describe('an answer', () => {
  test('with bad JSON is told apart', async () => {
    const error = await failure(answered('{"a":', { type: 'application/json' }).get('/slow'));
    expect(error).toMatchObject({ code: 'ERR_BLAIZE_CLIENT_RESPONSE', cause: expect.any(SyntaxError) });
    expect(
      await failure(answered('<html>', { status: 502, type: 'application/json' }).get('/slow')),
    ).toMatchObject({
      status: 502,
      data: '<html>',
      message: 'GET /slow was answered with 502',
      code: 'ERR_BLAIZE_CLIENT_STATUS',
      name: 'HttpError',
    });
  });

  test.each([
    ['application/json', '"a"', 'a'],
    ['application/vnd.api+json; charset=utf-8', '[1]', [1]],
    ['text/html', '<p>', '<p>'],
    ['application/json', '', undefined],
  ])('of type %s is %j', async (type, body, data) => {
    expect(await answered(body, { type }).get('/slow')).toEqual(data);
    expect(await answered(body, { type }, { responseLimit: 100 }).get('/slow')).toEqual(data);
  });

  test('of another type is a Blob', async () => {
    const blob = (await answered(new Uint8Array([1, 2]), { type: 'image/png' }).get('/[id]', {
      params: { id: 'a' },
    })) as Blob;
    expect([blob.size, blob.type]).toEqual([2, 'image/png']);
  });

  test('is read up to a limit', async () => {
    for (const type of ['application/json', 'image/png']) {
      const api = answered('"12345678"', { type }, { responseLimit: 9 });
      expect(await failure(api.get('/slow'))).toMatchObject({ code: 'ERR_BLAIZE_CLIENT_RESPONSE_LIMIT' });
    }
  });

  test('that would set a prototype sets none', async () => {
    const text = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const data = await answered(text, { type: 'application/json' }).get('/[id]', { params: { id: 'a' } });
    const error = await failure(answered(text, { status: 400, type: 'application/json' }).get('/slow'));
    expect([
      ({} as { polluted?: unknown }).polluted,
      Object.getPrototypeOf(data),
      'polluted' in error,
    ]).toEqual([undefined, Object.prototype, false]);
  });

  test('that is no problem is an error of its status all the same', async () => {
    const headers = {
      'retry-after': '7',
      'set-cookie': 'a=b',
      'x-correlation-id': 'c-1',
      'content-length': '4',
    };
    const error = await failure(
      answered('null', { status: 429, headers, type: 'application/json' }).get('/slow'),
    );
    expect(error).toBeInstanceOf(TooManyRequestsError);
    // Thrown on by a server, it must not bring along what was meant for this client.
    expect(error).toMatchObject({ headers: { 'retry-after': '7' }, correlationId: 'c-1', expose: true });
    expect(Object.keys(error)).not.toContain('response');
    expect(toProblem(error, { correlationId: 'c-2', production: true })).toMatchObject({ status: 429 });
    const issues = { code: 'ERR_BLAIZE_VALIDATION', details: 'not a list' };
    const odd = await failure(
      answered(JSON.stringify(issues), { status: 400, type: 'application/json' }).get('/slow'),
    );
    expect([odd instanceof ValidationError, odd instanceof HttpError, odd.name]).toEqual([
      false,
      true,
      'BadRequestError',
    ]);
  });

  test('that redirects is followed, or is a failure', async () => {
    expect(await failure(client({ redirect: 'manual' }).get('/away'))).toMatchObject({
      code: 'ERR_BLAIZE_CLIENT_RESPONSE',
    });
    expect(await client({ redirect: 'manual' }).get.result('/away')).toMatchObject({
      ok: false,
      status: 307,
    });
    expect(await failure(client({ redirect: 'error' }).get('/away'))).toMatchObject({
      code: 'ERR_BLAIZE_CLIENT_RESPONSE',
      message: 'GET /away was redirected too often, or against `redirect`.',
    });
  });

  test('that redirects for ever is no failure of the network, and not tried again', async () => {
    const before = loops;
    expect(await failure(client({ retry: 2 }).get('/loop'))).toMatchObject({
      code: 'ERR_BLAIZE_CLIENT_RESPONSE',
      message: 'GET /loop was redirected too often, or against `redirect`.',
      cause: expect.any(TypeError),
    });
    // The first, and the 20 that fetch follows.
    expect(loops - before).toBe(21);
  });
});

describe('secrets', () => {
  const token = 'Bearer hunter2';

  test('do not follow a redirect to another origin', async () => {
    const api = client({ headers: { authorization: token, cookie: 'session=hunter2', 'x-plain': '1' } });
    expect(await api.get('/headers')).toMatchObject({ authorization: token });
    const away = (await api.get('/away')) as Record<string, string>;
    expect([away['authorization'], away['cookie'], away['x-plain']]).toEqual([undefined, undefined, '1']);
  });

  test('do not follow a 308 to another origin either, but the body does', async () => {
    const headers = { authorization: token, cookie: 'session=hunter2', 'x-plain': '1' };
    const away = await client({ headers }).post('/away', { body: 'text' });
    expect(away.body).toBe('text');
    const { authorization, cookie, 'x-plain': plain } = away.headers;
    expect([authorization, cookie, plain]).toEqual([undefined, undefined, '1']);
    expect(
      await failure(client({ headers, redirect: 'error' }).post('/away', { body: 'text' })),
    ).toMatchObject({ code: 'ERR_BLAIZE_CLIENT_RESPONSE' });
  });

  test('are not in errors', async () => {
    const options = {
      headers: { authorization: token },
      query: { key: 'hunter2' },
      params: { id: 'hunter2' },
    };
    const failures = await Promise.all([
      failure(answered('', { status: 401 }).get('/[id]', options)),
      failure(createClient<Routes>('http://127.0.0.1:1/', { retry: 0 }).get('/[id]', options)),
      failure(client().get('/slow', { query: options.query, headers: options.headers, timeout: 20 })),
      failure(client({ headers: { authorization: `${token}\r\nx-other: 1` } }).get('/headers')),
      failure(client({ headers: { ['hunter\n']: '1' } }).get('/headers')),
      failure(answered('', {}).get('/[id]', { ...options, body: 'x' } as never)),
      failure(client({ onRequest: (request) => (request.url = 'hunter2') }).get('/headers')),
    ]);
    expect(failures.map(({ code }) => code.replace('ERR_BLAIZE_CLIENT_', ''))).toEqual([
      'STATUS',
      'NETWORK',
      'TIMEOUT',
      'REQUEST',
      'REQUEST',
      'REQUEST',
      'REQUEST',
    ]);
    expect(failures[0]).toBeInstanceOf(UnauthorizedError);
    for (const error of failures) expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
  });
});

test('unknown options are refused, with those that there are', () => {
  expect(() => createClient('https://example.org', { timout: 5 } as ClientOptions)).toThrow(
    'Unknown option "timout"; there are headers timeout',
  );
  expect(() => createClient('https://example.org', { retry: { limt: 5 } } as ClientOptions)).toThrow(
    'Unknown option "limt"; there are limit methods statuses maxDelay.',
  );
});

test('so are those of a call, before anything is sent', async () => {
  const api = answered('', {});
  expect(await failure(api.get('/slow', { timout: 5 } as never))).toMatchObject({
    code: 'ERR_BLAIZE_CLIENT_REQUEST',
    message: expect.stringContaining('Unknown option "timout"; there are params') as string,
  });
  expect(await failure(api.get('/slow', { retry: { max: 5 } } as never))).toMatchObject({
    message: expect.stringContaining('Unknown option "max"; there are limit') as string,
  });
  // Only of an event stream.
  expect(await failure(api.get('/slow', { reconnect: true } as never))).toMatchObject({
    message: expect.stringContaining('Unknown option "reconnect"') as string,
  });
});

test('classes keep their names', () => {
  expect(ResponseError.name).toBe('ResponseError');
});

test('credentials are passed on', async () => {
  let seen: string | undefined;
  const fetch = async (request: Request): Promise<Response> => {
    seen = request.credentials;
    return new Response();
  };
  await createClient<Routes>('https://example.org', { fetch, credentials: 'include' }).get('/slow');
  expect(seen).toBe('include');
});
