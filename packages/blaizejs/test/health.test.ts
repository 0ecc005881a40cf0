import { startTestServer } from 'blaizejs/testing';
import { expect, test } from 'vitest';

import { makeFolder } from '../../../tooling/test/folder.ts';

// A route as a plain object, for a file that imports nothing.
const HEALTH = `
export default {
  GET: {
    handler: () => ({ status: 'ok', uptime: process.uptime(), scheme: process.env.SCHEME ?? 'none' }),
  },
};
`;

test('a plain default export is a route, over TLS with both protocols', async () => {
  await using dir = await makeFolder({ 'health.mjs': HEALTH });
  await using app = await startTestServer({ routesDir: dir.path });

  for (const client of [app.http1, app.http2]) {
    const response = await client.request('/health');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toEqual({ status: 'ok', uptime: expect.any(Number), scheme: 'none' });
  }
});

test('the same file answers probes without TLS', async () => {
  await using dir = await makeFolder({ 'health.mjs': HEALTH });
  await using app = await startTestServer({ routesDir: dir.path, http2: { enabled: false } });

  expect((await fetch(`${app.url}/health`)).ok).toBe(true);
  const head = await fetch(`${app.url}/health`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  const post = await fetch(`${app.url}/health`, { method: 'POST' });
  expect([post.status, post.headers.get('allow')]).toEqual([405, expect.stringContaining('GET')]);
});
