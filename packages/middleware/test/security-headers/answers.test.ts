import { createReadStream } from 'node:fs';

import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { createMiddleware } from '../../src/index.ts';
import { securityHeaders } from '../../src/security-headers.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';

const CSP = 'content-security-policy';
const FILE = new URL('../../package.json', import.meta.url);

/** Behind a proxy, as which the tests send: on `localhost` itself there is no HSTS. */
const PUBLIC = {
  'x-forwarded-for': '192.0.2.1',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'example.com',
};

// What OWASP's Secure Headers Project recommends, as far as it can be true for all sites: without `cache-control` and
// `clear-site-data`. Referrer-Policy is one that MDN's Observatory passes as well.
const RECOMMENDED: Readonly<Record<string, RegExp>> = {
  [CSP]:
    /^(?=.*default-src 'self')(?=.*form-action 'self')(?=.*object-src 'none')(?=.*frame-ancestors 'none')(?=.*upgrade-insecure-requests)(?!.*unsafe)/,
  'cross-origin-embedder-policy': /^require-corp$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'permissions-policy':
    /^(?=.*camera=\(\))(?=.*geolocation=\(\))(?=.*microphone=\(\))(?=.*payment=\(\))(?=.*usb=\(\))/,
  'referrer-policy': /^(?:no-referrer|same-origin|strict-origin|strict-origin-when-cross-origin)$/,
  'strict-transport-security': /^max-age=31536000; includeSubDomains$/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'x-permitted-cross-domain-policies': /^none$/,
};

const refuse = createMiddleware({
  name: 'auth',
  onRequest: ({ request, response }) =>
    request.header('x-refuse') === undefined ? undefined : response.status(401).json({}),
});

onEveryWay(
  'securityHeaders()',
  () => ({
    middleware: [securityHeaders(), refuse],
    trustProxy: 1,
    limits: { handlerTimeout: 100 },
    bodyLimit: 10,
  }),
  (router) => {
    router.addRoute('GET', '/', { handler: () => ({ ok: true }) });
    router.addRoute('POST', '/echo', { handler: (ctx) => ctx.request.text() });
    router.addRoute('GET', '/page', { handler: ({ response }) => response.html('<p>') });
    router.addRoute('GET', '/file', {
      handler: ({ response }) => response.type('application/json').stream(createReadStream(FILE)),
    });
    router.addRoute('GET', '/web', { handler: () => new Response('hi') });
    router.addRoute('GET', '/unchanged', { handler: ({ response }) => response.status(304) });
    router.addRoute('GET', '/away', { handler: ({ response }) => response.redirect('/') });
    router.addRoute('GET', '/slow', { handler: () => new Promise(() => undefined) });
    router.addRoute('GET', '/fails', {
      handler: () => {
        throw new Error('broken');
      },
    });
    router.addRoute('GET', '/own', {
      handler: ({ response }) =>
        response
          .headers({
            [CSP]: "default-src 'none'",
            'x-frame-options': 'SAMEORIGIN',
            'strict-transport-security': 'max-age=0',
          })
          .html('<p>'),
    });
  },
  (reach) => {
    test.each([
      ['GET', '/', 200],
      ['HEAD', '/page', 200],
      ['GET', '/page', 200],
      ['GET', '/file', 200],
      ['GET', '/web', 200],
      ['GET', '/away', 302],
      ['GET', '/unchanged', 304],
      ['OPTIONS', '/', 204],
      ['GET', '/nowhere', 404],
      ['DELETE', '/', 405],
      ['GET', '/fails', 500],
      ['GET', '/slow', 503],
    ])('%s %s (%i) has what is recommended', async (method, path, status) => {
      const response = await reach().request(path, {
        method,
        headers: reach().way === 'in process' ? {} : PUBLIC,
      });
      await response.body?.cancel();
      expect(response.status).toBe(status);
      const wrong = Object.entries(RECOMMENDED).filter(
        ([name, value]) => !value.test(response.headers.get(name) ?? ''),
      );
      expect(wrong).toEqual([]);
    });

    test('refusals have it too', async () => {
      const large = await reach().request('/echo', { method: 'POST', body: 'x'.repeat(11) });
      const refused = await reach().request('/', { headers: { 'x-refuse': '1' } });
      for (const response of [large, refused]) {
        expect(response.headers.get(CSP)).toMatch(RECOMMENDED[CSP] ?? /^$/);
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      }
      expect([large.status, refused.status]).toEqual([413, 401]);
    });

    test("a handler's own headers replace these, and no header is sent twice", async () => {
      const { headers } = await reach().request('/own', { headers: PUBLIC });
      expect(headers.get(CSP)).toBe("default-src 'none'");
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('strict-transport-security')).toBe('max-age=0');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    });
  },
);

onEveryWay(
  'securityHeaders() with options',
  () => ({
    middleware: [
      securityHeaders({
        contentSecurityPolicy: { 'frame-ancestors': ["'self'"], 'report-to': ['csp'] },
        contentSecurityPolicyReportOnly: { 'script-src': ["'none'"] },
        reportingEndpoints: { csp: '/reports' },
        strictTransportSecurity: { maxAge: 60, includeSubDomains: false },
        crossOriginEmbedderPolicy: false,
        crossOriginOpenerPolicy: 'same-origin-allow-popups',
        crossOriginResourcePolicy: 'cross-origin',
        referrerPolicy: ['no-referrer', 'same-origin'],
        permissionsPolicy: { camera: ['self', 'https://a.example'], geolocation: ['*'], usb: false },
        xContentTypeOptions: false,
        xPermittedCrossDomainPolicies: false,
      }),
    ],
    trustProxy: 1,
  }),
  (router) => {
    router.addRoute('GET', '/', { handler: () => 'hi' });
  },
  (reach) => {
    test('sends what they say', async () => {
      const { headers } = await reach().request('/', { headers: reach().way === 'in process' ? {} : PUBLIC });
      const sent = Object.fromEntries(
        [...headers].filter(
          ([name]) => !/^(?:content-(?:type|length)|date|connection|keep-alive)$/.test(name),
        ),
      );
      expect(sent).toEqual({
        [CSP]:
          "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'; " +
          "script-src-attr 'none'; upgrade-insecure-requests; report-to csp",
        [`${CSP}-report-only`]:
          "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; " +
          "script-src-attr 'none'; script-src 'none'",
        'cross-origin-opener-policy': 'same-origin-allow-popups',
        'cross-origin-resource-policy': 'cross-origin',
        'permissions-policy':
          'accelerometer=(), bluetooth=(), camera=(self "https://a.example"), display-capture=(), geolocation=*, gyroscope=(), ' +
          'hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), xr-spatial-tracking=()',
        'referrer-policy': 'no-referrer, same-origin',
        'reporting-endpoints': 'csp="/reports"',
        'strict-transport-security': 'max-age=60',
        'x-frame-options': 'SAMEORIGIN',
      });
    });
  },
);

test('every header can be left out', async () => {
  const off = {
    contentSecurityPolicy: false,
    contentSecurityPolicyReportOnly: false,
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    crossOriginEmbedderPolicy: false,
    crossOriginResourcePolicy: false,
    referrerPolicy: false,
    permissionsPolicy: false,
    xFrameOptions: false,
    xContentTypeOptions: false,
    xPermittedCrossDomainPolicies: false,
  } as const;
  await using app = await startTestServer({ middleware: [securityHeaders(off)] });
  app.server.router.addRoute('GET', '/', { handler: () => 'hi' });
  const { headers } = await app.http2.request('/');
  expect([...headers.keys()].sort()).toEqual(['content-length', 'content-type', 'date']);
});
