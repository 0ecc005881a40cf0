import { expect, test } from 'vitest';

import { createMiddleware } from '../../src/index.ts';
import { type CspNonce, securityHeaders } from '../../src/security-headers.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';

const CSP = 'content-security-policy';
const NONCE = /'nonce-([^']+)'/g;

const noncesIn = ({ headers }: Response, name = CSP) =>
  [...(headers.get(name) ?? '').matchAll(NONCE)].map(([, nonce]) => nonce);

const nonceOf = ({ state }: { state: unknown }) => (state as { csp: CspNonce }).csp.nonce;

onEveryWay(
  'nonces',
  () => ({
    middleware: [
      securityHeaders({
        nonces: true,
        contentSecurityPolicyReportOnly: { 'script-src': ["'strict-dynamic'"] },
      }),
      createMiddleware({
        name: 'auth',
        onRequest: ({ request, response }) =>
          request.header('x-refuse') === undefined ? undefined : response.status(401).html('<p>Sign in'),
      }),
    ],
    limits: { handlerTimeout: 100 },
  }),
  (router) => {
    router.addRoute('GET', '/page', {
      handler: (ctx) => ctx.response.html(`<script nonce="${nonceOf(ctx)}"></script>${nonceOf(ctx)}`),
    });
    router.addRoute('GET', '/late', {
      handler: (ctx) =>
        ctx.response.type('text/html; charset=utf-8').stream(
          (async function* () {
            yield '<script nonce="';
            await Promise.resolve();
            yield nonceOf(ctx);
          })(),
        ),
    });
    router.addRoute('GET', '/json', { handler: () => ({ ok: true }) });
    router.addRoute('GET', '/fragment', { handler: (ctx) => ({ html: `<script nonce="${nonceOf(ctx)}">` }) });
    router.addRoute('GET', '/unchanged', {
      handler: (ctx) => ctx.response.status(304).header('etag', nonceOf(ctx).slice(0, 0) + '"1"'),
    });
    router.addRoute('GET', '/slow', { handler: (ctx) => (nonceOf(ctx), new Promise(() => undefined)) });
  },
  (reach) => {
    test('a page has the nonce that both policies allow, in scripts and styles', async () => {
      const response = await reach().request('/page');
      const [nonce, ...more] = noncesIn(response);
      expect(nonce).toMatch(/^[\w+/]{22}==$/);
      expect(more).toEqual([nonce]);
      expect(response.headers.get(CSP)).toContain(
        `script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'`,
      );
      expect(noncesIn(response, `${CSP}-report-only`)).toEqual([nonce, nonce]);
      expect(await response.text()).toBe(`<script nonce="${nonce}"></script>${nonce}`);
    });

    test('every answer has another one', async () => {
      const responses = await Promise.all(Array.from({ length: 20 }, () => reach().request('/page')));
      const nonces = new Set(responses.map((response) => noncesIn(response)[0]));
      expect(nonces.size).toBe(20);
    });

    test('a page that is streamed may read it after its head is sent', async () => {
      const response = await reach().request('/late');
      expect(await response.text()).toBe(`<script nonce="${noncesIn(response)[0]}`);
    });

    test('what is no page and does not read it has none', async () => {
      const response = await reach().request('/json');
      expect(response.headers.get(CSP)).toMatch(/^default-src 'self'; /);
      expect(noncesIn(response)).toEqual([]);
    });

    test('what reads it has it, whatever the type', async () => {
      const response = await reach().request('/fragment');
      expect(await response.json()).toEqual({ html: `<script nonce="${noncesIn(response)[0]}">` });
    });

    test('a 304 has no policy: the page that the browser keeps contains another nonce', async () => {
      const { status, headers } = await reach().request('/unchanged');
      expect([status, headers.get(CSP), headers.get(`${CSP}-report-only`)]).toEqual([304, null, null]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    });

    test('a page of other middleware, and an error after a time limit, have one too', async () => {
      const refused = await reach().request('/page', { headers: { 'x-refuse': '1' } });
      expect([refused.status, noncesIn(refused).length]).toEqual([401, 2]);
      const slow = await reach().request('/slow');
      expect([slow.status, noncesIn(slow).length]).toEqual([503, 2]);
    });
  },
);

onEveryWay(
  'nonces of a route',
  () => ({ middleware: [securityHeaders({ nonces: true })] }),
  (router) => {
    const middleware = [
      securityHeaders({ nonces: ['script-src'], contentSecurityPolicy: { 'default-src': ["'none'"] } }),
    ];
    router.addRoute('GET', '/page', { middleware, handler: (ctx) => ctx.response.html(nonceOf(ctx)) });
  },
  (reach) => {
    test('its own policy replaces that of the server, with the same nonce', async () => {
      const response = await reach().request('/page');
      const nonces = noncesIn(response);
      expect(nonces).toEqual([await response.text()]);
      expect(response.headers.get(CSP)).toMatch(/^default-src 'none'; .*script-src 'nonce-/);
    });
  },
);
