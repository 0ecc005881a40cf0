import { expect, test } from 'vitest';

import { startApp } from './app.ts';

test('every path of the index is served', async () => {
  const { http2 } = await startApp();
  const index = await http2.request('/');
  expect(index.status).toBe(200);
  const paths = Object.values((await index.json()) as Record<string, string>);
  expect(paths).toContain('/notes');
  for (const path of paths) expect((await http2.request(path)).status).toBe(200);
});

test('every answer has security headers', async () => {
  const { http2 } = await startApp();
  for (const path of ['/', '/nowhere']) {
    const { headers } = await http2.request(path);
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});
