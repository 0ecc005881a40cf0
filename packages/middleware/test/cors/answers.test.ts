import { Readable } from 'node:stream';

import { expect, test } from 'vitest';

import { cors } from '../../src/cors.ts';
import { createMiddleware } from '../../src/index.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';

const ALLOWED = 'https://app.example.com';
const OTHER = 'https://other.example.com';

const allowed = (response: Response) => response.headers.get('access-control-allow-origin');
const vary = (response: Response) => response.headers.get('vary');

onEveryWay(
  'cors()',
  () => ({
    middleware: [
      cors({
        origin: [ALLOWED, /http:\/\/localhost:\d+/g],
        credentials: true,
        exposedHeaders: ['etag', 'x-total'],
      }),
      createMiddleware({
        name: 'auth',
        onRequest: ({ request, response }) =>
          request.header('x-refuse') === undefined
            ? undefined
            : response.status(401).json({ code: 'no-user' }),
      }),
    ],
    limits: { handlerTimeout: 100 },
    bodyLimit: 10,
    mode: 'development',
  }),
  (router) => {
    router.addRoute('GET', '/', { handler: () => ({ ok: true }) });
    router.addRoute('POST', '/echo', { handler: (ctx) => ctx.request.text() });
    router.addRoute('GET', '/varied', {
      handler: ({ response }) => response.header('vary', 'Accept-Language').text('hi'),
    });
    router.addRoute('GET', '/any', { handler: ({ response }) => response.header('vary', '*').text('hi') });
    router.addRoute('GET', '/web', {
      handler: () => new Response('hi', { headers: { vary: 'accept', etag: '"1"' } }),
    });
    router.addRoute('GET', '/public', {
      handler: ({ response }) => response.header('access-control-allow-origin', '*').text('all'),
    });
    router.addRoute('GET', '/fails', {
      handler: () => {
        throw new Error('broken');
      },
    });
    router.addRoute('GET', '/slow', { handler: () => new Promise(() => undefined) });
    router.addRoute('GET', '/stream', {
      handler: ({ response }) => response.stream(Readable.from(['a', 'b'])),
    });
    router.addRoute('GET', '/unchanged', { handler: ({ response }) => response.status(304) });
    router.addRoute('GET', '/empty', { handler: () => undefined });
    router.addRoute('GET', '/away', { handler: ({ response }) => response.redirect('/') });
  },
  (reach) => {
    test.each([
      ['GET', '/', 200],
      ['HEAD', '/', 200],
      ['OPTIONS', '/', 204],
      ['GET', '/nowhere', 404],
      ['POST', '/', 405],
      ['GET', '/fails', 500],
      ['GET', '/slow', 503],
      ['GET', '/stream', 200],
      ['GET', '/unchanged', 304],
      ['GET', '/empty', 204],
      ['GET', '/away', 302],
    ])('%s %s (%i) has the headers, and Vary for everybody', async (method, path, status) => {
      for (const origin of [ALLOWED, OTHER, undefined]) {
        const headers = origin === undefined ? {} : { origin };
        const response = await reach().request(path, { method, headers });
        await response.body?.cancel();
        expect(response.status).toBe(status);
        expect(vary(response)).toMatch(/^Origin(?:,|$)/);
        expect(allowed(response)).toBe(origin === ALLOWED ? ALLOWED : null);
        const credentials = response.headers.get('access-control-allow-credentials');
        expect(credentials).toBe(origin === ALLOWED ? 'true' : null);
        const exposed = response.headers.get('access-control-expose-headers');
        expect(exposed).toBe(origin === ALLOWED ? 'etag, x-total' : null);
      }
    });

    test('a body that is too large (413) has the headers', async () => {
      const response = await reach().request('/echo', {
        method: 'POST',
        headers: { origin: ALLOWED, 'content-type': 'text/plain' },
        body: 'x'.repeat(11),
      });
      expect(response.status).toBe(413);
      expect([allowed(response), vary(response)]).toEqual([ALLOWED, 'Origin']);
      expect(await response.json()).toMatchObject({ code: 'ERR_BLAIZE_PAYLOAD_TOO_LARGE' });
    });

    test('so has the refusal of later middleware', async () => {
      const response = await reach().request('/', { headers: { origin: ALLOWED, 'x-refuse': '1' } });
      expect([response.status, allowed(response), vary(response)]).toEqual([401, ALLOWED, 'Origin']);
    });

    test("a handler's own Vary is kept", async () => {
      const headers = { origin: ALLOWED };
      expect(vary(await reach().request('/varied', { headers }))).toBe('Accept-Language, Origin');
      expect(vary(await reach().request('/web'))).toBe('accept, Origin');
      expect(vary(await reach().request('/any', { headers }))).toBe('*');
    });

    test('a handler that allows an origin itself has its way', async () => {
      const response = await reach().request('/public', { headers: { origin: ALLOWED } });
      expect(allowed(response)).toBe('*');
      expect(response.headers.has('access-control-allow-credentials')).toBe(false);
      expect(vary(response)).toBe('Origin');
    });

    test('a pattern with the flag g allows its origin every time', async () => {
      for (let times = 0; times < 4; times++) {
        const response = await reach().request('/', { headers: { origin: 'http://localhost:5173' } });
        expect(allowed(response)).toBe('http://localhost:5173');
      }
    });

    test.each([
      'null',
      'https://app.example.com.attacker.example',
      'https://app.example.com:443',
      'https://app.example.com/',
      'HTTPS://APP.EXAMPLE.COM',
      'http://localhost:5173 https://attacker.example',
      `https://${'a'.repeat(4000)}.example`,
      'https://',
      '%00',
    ])('the origin %.60s gets no headers', async (origin) => {
      const response = await reach().request('/', { headers: { origin } });
      expect([response.status, allowed(response), vary(response)]).toEqual([200, null, 'Origin']);
    });
  },
);

onEveryWay(
  'cors() for everybody',
  () => ({ middleware: [cors({ origin: '*' })] }),
  (router) => {
    router.addRoute('GET', '/', { handler: () => 'hi' });
  },
  (reach) => {
    test('is the same with and without an origin, and has no Vary', async () => {
      for (const headers of [{}, { origin: OTHER }, { origin: 'null' }]) {
        const response = await reach().request('/', { headers });
        expect([allowed(response), vary(response)]).toEqual(['*', null]);
      }
      expect(allowed(await reach().request('/nowhere'))).toBe('*');
    });

    test('answers preflights', async () => {
      const response = await reach().request('/', {
        method: 'OPTIONS',
        headers: { origin: OTHER, 'access-control-request-method': 'PUT' },
      });
      expect([response.status, allowed(response)]).toEqual([204, '*']);
      expect(response.headers.get('access-control-allow-methods')).toContain('PUT');
    });
  },
);

onEveryWay(
  'cors() with null',
  () => ({ middleware: [cors({ origin: ['null', ALLOWED] })] }),
  (router) => {
    router.addRoute('GET', '/', { handler: () => 'hi' });
  },
  (reach) => {
    test('allows null, because it is listed', async () => {
      const response = await reach().request('/', { headers: { origin: 'null' } });
      expect([allowed(response), vary(response)]).toEqual(['null', 'Origin']);
    });
  },
);
