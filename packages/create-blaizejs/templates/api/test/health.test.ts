import { expect, test } from 'vitest';

import { startApp } from './app.ts';

test('health is ok as long as the database is available', async () => {
  const { http2 } = await startApp();
  const response = await http2.request('/health');
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toMatchObject({ status: 'ok' });
});
