import { gunzipSync } from 'node:zlib';

import { compress } from '@blaizejs/middleware/compress';
import { cors } from '@blaizejs/middleware/cors';
import { etag } from '@blaizejs/middleware/etag';
import { securityHeaders } from '@blaizejs/middleware/security-headers';
import { startTestServer } from '@blaizejs/testing';
import type { MiddlewareInput } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';

import { responseCache } from '../../src/response-cache.ts';
import { cachedApp, FRESH } from './cached-app.ts';

const TEXT = 'text '.repeat(1_000);
const GZIP = { headers: { 'accept-encoding': 'gzip' } };

const layouts = (
  middleware: MiddlewareInput,
): [string, { outside?: MiddlewareInput[]; inside?: MiddlewareInput[] }][] => [
  ['outside', { outside: [middleware] }],
  ['inside', { inside: [middleware] }],
];

describe.each(layouts(compress()))('compress() %s', (_place, layout) => {
  test('each client gets a coding that it accepts, and Vary', async () => {
    const { get } = await cachedApp(({ response }) => response.headers(FRESH).text(TEXT), {}, layout);
    for (let round = 0; round < 2; round += 1) {
      const zipped = await get('/', GZIP);
      expect(zipped.headers.get('content-encoding')).toBe('gzip');
      expect(zipped.headers.get('vary')).toMatch(/^accept-encoding$/i);
      expect(gunzipSync(await zipped.arrayBuffer()).toString()).toBe(TEXT);
      const plain = await get('/', { headers: { 'accept-encoding': 'identity' } });
      expect(plain.headers.has('content-encoding')).toBe(false);
      expect(plain.headers.get('vary')).toMatch(/^accept-encoding$/i);
      expect(await plain.text()).toBe(TEXT);
    }
  });
});

test('compress() outside: one answer serves all codings; inside: each has its own', async () => {
  for (const [place, layout] of layouts(compress())) {
    const { get, runs } = await cachedApp(({ response }) => response.headers(FRESH).text(TEXT), {}, layout);
    for (const coding of ['gzip', 'identity', 'gzip', 'identity']) {
      await get('/', { headers: { 'accept-encoding': coding } });
    }
    expect(runs(), place).toBe(place === 'outside' ? 1 : 2);
  }
});

describe.each(layouts(etag()))('etag() %s', (_place, layout) => {
  test('a client that has the answer gets a 304, from the cache', async () => {
    const { get, runs } = await cachedApp(({ response }) => response.headers(FRESH).text(TEXT), {}, layout);
    const tag = (await get()).headers.get('etag') ?? '';
    const second = await get('/', { headers: { 'if-none-match': tag } });
    expect(second.status).toBe(304);
    expect(second.headers.get('etag')).toBe(tag);
    expect(second.headers.get('cache-status')).toContain('hit');
    expect(runs()).toBe(1);
  });

  test('a first request with a condition still fills the cache', async () => {
    const { get, runs } = await cachedApp(({ response }) => response.headers(FRESH).text(TEXT), {}, layout);
    await get('/', { headers: { 'if-none-match': '"other"' } });
    const { status, headers } = await get();
    expect([status, headers.get('cache-status')]).toEqual([200, expect.stringContaining('hit')]);
    expect(runs()).toBe(1);
  });
});

describe.each(layouts(cors({ origin: ['https://a.example', 'https://b.example'], credentials: true })))(
  'cors() %s',
  (_place, layout) => {
    test('each origin gets its own headers', async () => {
      const { get } = await cachedApp(({ response }) => response.headers(FRESH).text('a'), {}, layout);
      for (const origin of [
        'https://a.example',
        'https://b.example',
        'https://evil.example',
        'https://a.example',
      ]) {
        const response = await get('/', { headers: { origin } });
        const allowed = origin === 'https://evil.example' ? null : origin;
        expect(response.headers.get('access-control-allow-origin')).toBe(allowed);
        expect(response.headers.get('vary')?.toLowerCase()).toContain('origin');
      }
    });
  },
);

describe.each(layouts(securityHeaders({ nonces: true })))('securityHeaders() %s', (place, layout) => {
  test('a page with a nonce is never shared', async () => {
    const { get, runs } = await cachedApp(
      ({ response, state }) => {
        const { csp } = state as unknown as { csp: { nonce: string } };
        return response.headers(FRESH).html(`<script nonce="${csp.nonce}"></script>`);
      },
      {},
      layout,
    );
    const pages = [await get(), await get()];
    expect(runs()).toBe(2);
    const nonces = await Promise.all(pages.map(async (page) => /nonce="(.*)"/.exec(await page.text())?.[1]));
    expect(new Set(nonces).size).toBe(2);
    pages.forEach((page, index) => {
      expect(page.headers.get('content-security-policy')).toContain(`'nonce-${nonces[index]}'`);
    });
  });

  test('other answers have the headers', async () => {
    const { get, runs } = await cachedApp(
      ({ response }) => response.headers(FRESH).json({ a: 1 }),
      {},
      layout,
    );
    await get();
    const second = await get();
    expect(runs()).toBe(1);
    expect(second.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('a page without a nonce in it is shared if they are outside', async () => {
    const { get, runs } = await cachedApp(
      ({ response }) => response.headers(FRESH).html('<p>Hello'),
      {},
      layout,
    );
    await get();
    const second = await get();
    expect(runs()).toBe(place === 'outside' ? 1 : 2);
    expect(second.headers.get('content-security-policy')).toContain('nonce-');
  });
});

test.each(['http1', 'http2'] as const)('all of them outside, %s', async (protocol) => {
  let runs = 0;
  await using app = await startTestServer({
    mode: 'production',
    middleware: [
      securityHeaders(),
      cors({ origin: ['https://a.example'] }),
      compress(),
      etag(),
      responseCache(),
    ],
  });
  app.server.router.addRoute('GET', '/', {
    handler: ({ response }) => {
      runs += 1;
      return response.headers(FRESH).text(TEXT);
    },
  });
  const ask = (more = {}): Promise<Response> =>
    app[protocol].request('/', {
      headers: { 'accept-encoding': 'gzip', origin: 'https://a.example', ...more },
    });
  const first = await ask();
  await first.arrayBuffer();
  const second = await ask();
  expect(gunzipSync(await second.arrayBuffer()).toString()).toBe(TEXT);
  expect(second.headers.get('vary')?.toLowerCase().split(/, */).sort()).toEqual([
    'accept-encoding',
    'origin',
  ]);
  expect(second.headers.get('access-control-allow-origin')).toBe('https://a.example');
  expect(second.headers.get('cache-status')).toContain('hit');
  expect(second.headers.get('age')).toBe('0');
  const third = await ask({ 'if-none-match': second.headers.get('etag') ?? '' });
  expect(third.status).toBe(304);
  const fourth = await ask({ 'accept-encoding': 'identity', origin: 'https://evil.example' });
  expect(await fourth.text()).toBe(TEXT);
  expect(fourth.headers.has('access-control-allow-origin')).toBe(false);
  expect(runs).toBe(1);
});
