import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { maintenance } from '../../src/maintenance.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';

let closed = false;

onEveryWay(
  'maintenance()',
  () => ({
    middleware: [
      maintenance({ when: ({ request }) => closed && request.path !== '/health', retryAfter: 120 }),
    ],
    mode: 'production',
  }),
  (router) => {
    router.addRoute('GET', '/', { handler: () => 'open' });
    router.addRoute('GET', '/health', { handler: () => 'healthy' });
  },
  (reach) => {
    test('closes and opens while the server runs, and lets through what it is told to', async () => {
      closed = true;
      const response = await reach().request('/');
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('120');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toMatchObject({
        status: 503,
        detail: expect.stringContaining('maintenance'),
      });
      expect((await reach().request('/nowhere')).status).toBe(503);
      expect((await reach().request('/health')).status).toBe(200);
      closed = false;
      expect(await (await reach().request('/')).text()).toContain('open');
    });
  },
);

const always = () => true;

test.each([
  [{}, 'when'],
  [{ when: true }, 'when'],
  [{ when: always, retryAfter: 0 }, 'retryAfter'],
  [{ when: always, after: 1 }, 'after'],
])('the options %j are refused', (options, words) => {
  expect(() => maintenance(options as never)).toThrow(words);
});

test('a `when` that is async is an error of the app: the site would never close', async () => {
  await using app = await startTestServer({
    middleware: [maintenance({ when: (async () => false) as never })],
  });
  const response = await app.http2.request('/');
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    detail: 'The `when` of maintenance() must return true or false, not a promise.',
  });
});
