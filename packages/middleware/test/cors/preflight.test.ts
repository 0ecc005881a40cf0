import { expect, test } from 'vitest';

import { cors } from '../../src/cors.ts';
import { createMiddleware } from '../../src/index.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';

const ALLOWED = 'https://app.example.com';
const OTHER = 'https://other.example.com';
const DECIDING = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

const corsOf = (response: Response) =>
  Object.fromEntries([...response.headers].filter(([name]) => /^access-control|^vary$|^allow$/.test(name)));

let handled: string[] = [];
const auth = createMiddleware({
  name: 'auth',
  onRequest: ({ request, response }) => {
    handled.push(`${request.method} ${request.path}`);
    return request.header('authorization') === undefined
      ? response.status(401).json({ code: 'no-user' })
      : undefined;
  },
});

onEveryWay(
  'preflights',
  () => ({
    middleware: [cors({ origin: [ALLOWED], credentials: true, exposedHeaders: ['etag'] }), auth],
    bodyLimit: 10,
  }),
  (router) => {
    router.addRoute('POST', '/orders', { handler: () => 'created' });
    router.addRoute('OPTIONS', '/own', { handler: () => 'my own' });
  },
  (reach) => {
    const preflight = (path: string, headers: Record<string, string>) => {
      handled = [];
      return reach().request(path, { method: 'OPTIONS', headers });
    };

    test.each(['/orders', '/own', '/nowhere'])(
      '%s answers before any other middleware and without a body',
      async (path) => {
        const response = await preflight(path, {
          origin: ALLOWED,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        });
        expect(response.status).toBe(204);
        expect(corsOf(response)).toEqual({
          'access-control-allow-credentials': 'true',
          'access-control-allow-headers': 'authorization,content-type',
          'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, QUERY',
          'access-control-allow-origin': ALLOWED,
          'access-control-max-age': '600',
          vary: DECIDING,
        });
        expect(await response.text()).toBe('');
        expect(handled).toEqual([]);
      },
    );

    test('another origin gets nothing but Vary, and no further', async () => {
      const response = await preflight('/orders', { origin: OTHER, 'access-control-request-method': 'POST' });
      expect(response.status).toBe(204);
      expect(corsOf(response)).toEqual({ vary: DECIDING });
      expect(handled).toEqual([]);
    });

    test('a body larger than the limit changes nothing', async () => {
      const response = await reach().request('/orders', {
        method: 'OPTIONS',
        headers: { origin: ALLOWED, 'access-control-request-method': 'POST' },
        body: 'x'.repeat(100),
      });
      expect(response.status).toBe(204);
    });

    test("OPTIONS without Access-Control-Request-Method, or without an origin, is the application's", async () => {
      const own = await preflight('/own', { origin: ALLOWED, authorization: 'a' });
      expect([own.status, await own.text()]).toEqual([200, 'my own']);
      expect(corsOf(own)).toEqual({
        'access-control-allow-credentials': 'true',
        'access-control-allow-origin': ALLOWED,
        'access-control-expose-headers': 'etag',
        vary: DECIDING,
      });
      const automatic = await preflight('/orders', {
        authorization: 'a',
        'access-control-request-method': 'PUT',
      });
      expect([automatic.status, corsOf(automatic)]).toEqual([
        204,
        { allow: 'OPTIONS, POST', vary: DECIDING },
      ]);
      expect(handled).toEqual(['OPTIONS /orders']);
      const refused = await preflight('/own', { origin: OTHER });
      expect([refused.status, corsOf(refused)]).toEqual([401, { vary: DECIDING }]);
    });

    test.each([
      ['x-a, x-b', 'x-a, x-b'],
      ['', null],
      ['x-a; x-b', null],
      ['"x"', null],
      [Array.from({ length: 500 }, (_, index) => `x-header-${index}`).join(','), null],
    ])('the headers %.40j are sent back if they are names: %j', async (asked, sent) => {
      const response = await preflight('/orders', {
        origin: ALLOWED,
        'access-control-request-method': 'POST',
        'access-control-request-headers': asked,
      });
      expect(response.headers.get('access-control-allow-headers')).toBe(sent);
      expect(response.headers.get('access-control-allow-origin')).toBe(ALLOWED);
    });

    test('nobody asks for a private network in vain', async () => {
      const response = await preflight('/orders', {
        origin: ALLOWED,
        'access-control-request-method': 'POST',
        'access-control-request-private-network': 'true',
      });
      expect(response.headers.get('access-control-allow-private-network')).toBeNull();
    });
  },
);

onEveryWay(
  'preflights with all options',
  () => ({
    middleware: [
      cors({
        origin: (origin) => Promise.resolve(origin === ALLOWED),
        methods: ['PUT'],
        allowedHeaders: ['X-Token'],
        maxAge: 0,
        privateNetwork: true,
      }),
    ],
  }),
  () => undefined,
  (reach) => {
    const headers = {
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'x-token,x-other',
      'access-control-request-private-network': 'true',
    };

    test('get what is listed', async () => {
      const response = await reach().request('/', {
        method: 'OPTIONS',
        headers: { ...headers, origin: ALLOWED },
      });
      expect(corsOf(response)).toEqual({
        'access-control-allow-headers': 'X-Token',
        'access-control-allow-methods': 'PUT',
        'access-control-allow-origin': ALLOWED,
        'access-control-allow-private-network': 'true',
        'access-control-max-age': '0',
        vary: `${DECIDING}, Access-Control-Request-Private-Network`,
      });
    });

    test('get nothing if the function says no', async () => {
      const response = await reach().request('/', {
        method: 'OPTIONS',
        headers: { ...headers, origin: OTHER },
      });
      expect(corsOf(response)).toEqual({ vary: `${DECIDING}, Access-Control-Request-Private-Network` });
    });
  },
);
