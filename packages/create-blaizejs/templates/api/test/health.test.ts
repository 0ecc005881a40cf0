import { expect, test } from 'vitest';

import { startApp } from './app.ts';

test('the server is ready as long as the database is available', async () => {
  const { http2 } = await startApp();
  const response = await http2.request('/ready');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'pass' });
});
