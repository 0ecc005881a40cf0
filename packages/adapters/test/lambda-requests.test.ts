import { createApp } from '@blaizejs/app';
import { describe, expect, test } from 'vitest';

import { toLambda } from '../src/lambda.ts';
import { functionUrlEvent, httpApiEvent, lambdaContext } from './events.ts';

interface Seen {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: Record<string, unknown>;
  readonly host: string;
  readonly ip: string | undefined;
  readonly cookies: Record<string, string>;
  readonly headers: Record<string, string>;
}

/** Answers everything with what it was asked. */
function echo() {
  const app = createApp({ logger: false });
  app.router.addRoute('GET', '/*', {
    handler: ({ request }) => ({
      method: request.method,
      target: (request.raw as Request).url.replace(/^https:\/\/[^/]*/, ''),
      path: request.path,
      query: request.query,
      host: request.url.host,
      ip: request.ip,
      cookies: request.cookies,
      headers: Object.fromEntries(request.headers),
    }),
  });
  return app;
}

async function seen(event: unknown, options?: Parameters<typeof toLambda>[1]): Promise<Seen> {
  const handler = await toLambda(echo(), options);
  const { statusCode, body } = await handler(event, lambdaContext());
  expect([statusCode, body]).toEqual([200, expect.any(String)]);
  return JSON.parse(body) as Seen;
}

describe('as AWS documents the events', () => {
  test('a request of an HTTP API', async () => {
    expect(await seen(httpApiEvent())).toMatchObject({
      method: 'GET',
      target: '/my/path?parameter1=value1&parameter1=value2&parameter2=value',
      query: { parameter1: ['value1', 'value2'], parameter2: 'value' },
      host: 'id.execute-api.us-east-1.amazonaws.com',
      ip: '192.0.2.1',
      cookies: { cookie2: '2' },
      headers: { header1: 'value1', header2: 'value1,value2', cookie: 'cookie1; cookie2=2' },
    });
  });

  test('a request of a function URL', async () => {
    expect(await seen(functionUrlEvent())).toMatchObject({
      method: 'GET',
      path: '/my/path',
      host: 'url-id.lambda-url.us-west-2.on.aws',
      ip: '123.123.123.123',
      headers: { 'x-forwarded-for': '203.0.113.9' },
    });
  });

  test('the event is the platform of the request, with what the authorizer found out', async () => {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/my/path', { handler: ({ platform }) => platform });
    const handler = await toLambda(app);
    const event = httpApiEvent();
    const { body } = await handler(event, lambdaContext());
    expect(JSON.parse(body)).toMatchObject({
      event: { requestContext: { authorizer: { jwt: { claims: { claim1: 'value1' } } } } },
      context: { functionName: 'my-function' },
    });
  });
});

describe('bodies', () => {
  async function received(event: Record<string, unknown>, method = 'POST') {
    const app = createApp({ logger: false });
    app.router.addRoute(method, '/my/path', {
      handler: async ({ request }) => ({
        length: request.header('content-length'),
        bytes: [...(await request.bytes())],
      }),
    });
    const handler = await toLambda(app);
    const { body } = await handler(httpApiEvent({ method, event }), lambdaContext());
    return JSON.parse(body) as { length?: string; bytes: number[] };
  }

  test('binary ones come as base64', async () => {
    const bytes = [0, 255, 128, 10];
    const body = Buffer.from(bytes).toString('base64');
    expect(await received({ body, isBase64Encoded: true })).toEqual({ length: '4', bytes });
  });

  test('the length is counted, whatever the header says', async () => {
    const headers = { 'content-length': '1', 'transfer-encoding': 'chunked' };
    expect(await received({ body: 'é', headers })).toEqual({ length: '2', bytes: [0xc3, 0xa9] });
  });

  test.each([null, undefined, ''])('none: %j', async (body) => {
    expect(await received({ body, headers: { 'content-length': '5' } })).toEqual({ bytes: [] });
  });

  test('GET has none', async () => {
    expect(await received({ body: 'x' }, 'GET')).toEqual({ bytes: [] });
  });

  test('one above the limit is refused', async () => {
    const app = createApp({ logger: false, bodyLimit: 10 });
    app.router.addRoute('POST', '/my/path', { handler: ({ request }) => request.text() });
    const handler = await toLambda(app);
    const event = httpApiEvent({ method: 'POST', event: { body: 'x'.repeat(6_000_000), headers: {} } });
    expect(await handler(event, lambdaContext())).toMatchObject({ statusCode: 413 });
  });
});

describe('paths', () => {
  const fromUrl = (rawPath: string, rawQueryString = '') =>
    seen(functionUrlEvent({ event: { rawPath, rawQueryString } }));
  const fromApi = (rawPath: string, rawQueryString = '') =>
    seen(httpApiEvent({ event: { rawPath, rawQueryString } }));

  test.each(['/a%2Fb', '/a%20b', '/caf%C3%A9', '//evil.example/x', '/a//b', '/%5C'])(
    'a function URL has encoded it, and it stays as it is: %s',
    async (path) => {
      expect((await fromUrl(path)).target).toBe(path);
    },
  );

  test.each([
    ['/a b', '/a%20b'],
    ['/café', '/caf%C3%A9'],
    ['/a?b#c', '/a%3Fb%23c'],
    ['/50%', '/50%25'],
    // Encoded twice: it must not become `..` here.
    ['/a/%2e%2e/b', '/a/%252e%252e/b'],
    ['/a\\b', '/a%5Cb'],
    ['/a\r\nx: y', '/a%0D%0Ax:%20y'],
    ['//evil.example/x', '//evil.example/x'],
    ['/\ud800', '/%EF%BF%BD'],
    ['', '/'],
    ['my', '/my'],
  ])('an HTTP API has decoded it: %j', async (path, expected) => {
    const { target, host } = await fromApi(path);
    expect([target, host]).toEqual([expected, 'id.execute-api.us-east-1.amazonaws.com']);
  });

  test('dot segments do not reach another route than the gateway has authorized', async () => {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/admin', { handler: () => 'secret' });
    const handler = await toLambda(app);
    for (const rawPath of [
      '/public/../admin',
      '/public/%2e%2e/admin',
      '/./admin',
      '//admin',
      '/%61dmin/..//admin',
    ]) {
      for (const event of [functionUrlEvent({ event: { rawPath } }), httpApiEvent({ event: { rawPath } })]) {
        const { statusCode } = await handler(event, lambdaContext());
        expect([400, 404], rawPath).toContain(statusCode);
      }
    }
  });

  test('a query stays encoded, and can end neither the line nor itself', async () => {
    expect((await fromApi('/', 'a=%26&b=1+2')).query).toEqual({ a: '&', b: '1 2' });
    expect((await fromApi('/', 'a=b#c\r\nd')).target).toBe('/?a=b%23c%0D%0Ad');
    expect((await fromApi('/', 'x=//host/?y')).target).toBe('/?x=//host/?y');
  });

  test('the path of the stage is removed', async () => {
    const at = async (rawPath: string) =>
      (await seen(httpApiEvent({ event: { rawPath, rawQueryString: '' } }), { basePath: '/prod' })).target;
    expect(await Promise.all(['/prod/users', '/prod', '/production', '/prod//x'].map(at))).toEqual([
      '/users',
      '/',
      '/production',
      '//x',
    ]);
  });
});

describe('what clients may not decide', () => {
  test('the host is the one that AWS knows', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
    const { host, headers: got } = await seen(httpApiEvent({ event: { headers } }));
    expect([host, got['host']]).toEqual(Array(2).fill('id.execute-api.us-east-1.amazonaws.com'));
  });

  test.each(['a/b', 'a@b', 'a b', 'a?b', 'a:99999999', '', 'a\r\nb'])('%j is no host', async (domainName) => {
    const event = httpApiEvent({ domainName, event: { headers: { host: domainName } } });
    expect((await seen(event)).host).toBe('localhost');
  });

  test('their address is the one that connected', async () => {
    const headers = { 'x-forwarded-for': '10.0.0.1', 'x-real-ip': '10.0.0.1', forwarded: 'for=10.0.0.1' };
    expect((await seen(httpApiEvent({ event: { headers } }))).ip).toBe('192.0.2.1');
    expect((await seen(httpApiEvent({ sourceIp: 'not an address' }))).ip).toBe('');
  });

  test('behind CloudFront, the app says which header has the address', async () => {
    const headers = { 'cloudfront-viewer-address': '198.51.100.7:4711' };
    const clientIp: NonNullable<Parameters<typeof toLambda>[1]>['clientIp'] = (event) =>
      event.headers?.['cloudfront-viewer-address']?.replace(/:\d+$/, '');
    expect((await seen(functionUrlEvent({ event: { headers } }), { clientIp })).ip).toBe('198.51.100.7');
  });

  test('headers can be called like members of objects', async () => {
    const headers = JSON.parse('{"__proto__":"x","constructor":"y","hasownproperty":"z"}') as object;
    const { headers: got } = await seen(httpApiEvent({ event: { headers } }));
    expect(got).toMatchObject({ constructor: 'y', hasownproperty: 'z' });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  test.each([[{ 'a b': 'x' }], [{ a: 'x\r\nset-cookie: y=z' }], [{ a: 'x\0' }], [{ '': 'x' }]])(
    'a header that HTTP does not allow is a bad request: %j',
    async (headers) => {
      const handler = await toLambda(echo());
      const {
        statusCode,
        body,
        headers: head,
      } = await handler(httpApiEvent({ event: { headers } }), lambdaContext());
      expect(statusCode).toBe(400);
      expect(head['content-type']).toBe('application/problem+json');
      expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'ERR_BLAIZE_BAD_REQUEST' });
    },
  );

  test('a header in UTF-8 arrives as on a server: one character for each byte', async () => {
    const headers = { 'cloudfront-viewer-city': 'Łódź', 'x-latin': 'é' };
    const { headers: got } = await seen(functionUrlEvent({ event: { headers } }));
    const text = (name: string) => Buffer.from(got[name] ?? '', 'latin1').toString('utf8');
    expect([text('cloudfront-viewer-city'), text('x-latin')]).toEqual(['Łódź', 'é']);
  });

  test('a second header of one name does not push out the first', async () => {
    const headers = { 'X-User': 'ada', 'x-user': 'eve', Cookie: 'c=3' };
    const { headers: got } = await seen(functionUrlEvent({ event: { headers, cookies: ['a=1', 'a=2'] } }));
    expect([got['x-user'], got['cookie']]).toEqual(['ada, eve', 'a=1; a=2']);
  });

  test('a cookie is checked, too', async () => {
    const handler = await toLambda(echo());
    const event = httpApiEvent({ event: { cookies: ['a=b\r\nx: y'] } });
    expect((await handler(event, lambdaContext())).statusCode).toBe(400);
  });

  test.each([
    ['TRACE', 405],
    ['CONNECT', 405],
    ['PURGE', 405],
    ['get', 501],
    ['G T', 501],
  ])('the method %s gets %i', async (method, status) => {
    const handler = await toLambda(echo());
    const { statusCode } = await handler(httpApiEvent({ method }), lambdaContext());
    expect(statusCode).toBe(status);
  });
});

describe('other events are refused', () => {
  test.each([
    [null, 'null'],
    ['text', 'string'],
    [{}, 'none'],
    [{ Records: [] }, 'Records'],
    [{ version: '1.0', httpMethod: 'GET', path: '/', resource: '/' }, 'payload format 1.0'],
    [{ requestContext: { elb: {} }, httpMethod: 'GET', path: '/' }, 'payload format 1.0'],
    [httpApiEvent({ event: { rawPath: 7 } }), 'version, routeKey'],
    [httpApiEvent({ event: { rawQueryString: {} } }), 'version, routeKey'],
    [httpApiEvent({ event: { requestContext: null } }), 'version, routeKey'],
    [httpApiEvent({ event: { requestContext: { http: { method: 7 } } } }), 'version, routeKey'],
    [httpApiEvent({ event: { body: { a: 1 } } }), 'body is not a string'],
    [httpApiEvent({ event: { headers: 'x' } }), 'headers are not an object'],
    [
      httpApiEvent({ event: { headers: { 'x-role': ['admin', 'guest'] } } }),
      'header "x-role" is not a string',
    ],
    [httpApiEvent({ event: { body: 'aGk=', isBase64Encoded: 'true' } }), 'isBase64Encoded is not a boolean'],
    [httpApiEvent({ event: { body: '{"a":1}', isBase64Encoded: true } }), 'body is not base64'],
    [httpApiEvent({ event: { body: 'aGk=\n', isBase64Encoded: true } }), 'body is not base64'],
    [
      { requestContext: { connectionId: 'x', routeKey: '$connect' }, isBase64Encoded: false },
      'requestContext',
    ],
    [[], 'object'],
    [httpApiEvent({ event: { cookies: 'x' } }), 'cookies are not a list'],
    [httpApiEvent({ event: { cookies: [1] } }), 'cookies are not a list'],
  ])('%j', async (event, why) => {
    const handler = await toLambda(echo());
    await expect(handler(event, lambdaContext())).rejects.toMatchObject({
      code: 'ERR_BLAIZE_LAMBDA_EVENT',
      message: expect.stringContaining(why) as string,
    });
  });
});
