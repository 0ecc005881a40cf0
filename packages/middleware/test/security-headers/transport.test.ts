import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { securityHeaders } from '../../src/security-headers.ts';

const HSTS = 'strict-transport-security';
const YEAR = 'max-age=31536000; includeSubDomains';
const UPGRADES = /upgrade-insecure-requests/;

const CLEARTEXT = { tls: false, http2: { enabled: false } } as const;

async function serve(options: Parameters<typeof startTestServer>[0]) {
  const app = await startTestServer({ middleware: [securityHeaders()], ...options });
  app.server.router.addRoute('GET', '/', { handler: () => 'hi' });
  return app;
}

test('over cleartext, there is no HSTS and nothing is upgraded', async () => {
  await using app = await serve(CLEARTEXT);
  const { headers } = await app.http1.request('/');
  expect(headers.get(HSTS)).toBeNull();
  expect(headers.get('content-security-policy')).not.toMatch(UPGRADES);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

test.each(['https', 'http'])('behind a trusted proxy, it counts that the client used %s', async (proto) => {
  await using app = await serve({ ...CLEARTEXT, trustProxy: 1 });
  const { headers } = await app.http1.request('/', {
    headers: { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': proto },
  });
  expect(headers.get(HSTS)).toBe(proto === 'https' ? YEAR : null);
  expect(UPGRADES.test(headers.get('content-security-policy') ?? '')).toBe(proto === 'https');
});

test('nobody else can ask for it', async () => {
  await using app = await serve(CLEARTEXT);
  const { headers } = await app.http1.request('/', { headers: { 'x-forwarded-proto': 'https' } });
  expect(headers.get(HSTS)).toBeNull();
});

test('over TLS on localhost, there is no HSTS, which would hold for all its ports', async () => {
  await using app = await serve({});
  for (const client of [app.http1, app.http2]) {
    const { headers } = await client.request('/');
    expect(headers.get(HSTS)).toBeNull();
    expect(headers.get('content-security-policy')).toMatch(UPGRADES);
  }
});

test.each(['example.com', 'localhost.example.com', 'notlocalhost', '127.0.0.1'])(
  'over TLS on %s, there is',
  async (host) => {
    await using app = await serve({ trustProxy: 1 });
    for (const client of [app.http1, app.http2]) {
      const { headers } = await client.request('/', {
        headers: { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https', 'x-forwarded-host': host },
      });
      expect(headers.get(HSTS)).toBe(YEAR);
    }
  },
);
