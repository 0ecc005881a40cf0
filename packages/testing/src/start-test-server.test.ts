import { connect } from 'node:net';
import { once } from 'node:events';

import { expect, test } from 'vitest';

import { startTestServer } from './start-test-server.ts';

test('a test server is gone when it is disposed of', async () => {
  let port: number;
  {
    await using app = await startTestServer();
    ({ port } = app.server);
    expect(app.url).toBe(`https://localhost:${port}`);
    expect((await app.http2.request('/')).status).toBe(404);
  }
  const [error] = (await once(connect(port, 'localhost'), 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});

test('one without HTTP/2 says so', async () => {
  await using app = await startTestServer({ http2: { enabled: false } });
  expect(app.url).toMatch(/^http:/);
  expect((await app.http1.request('/')).status).toBe(404);
  expect(() => app.http2).toThrow('http2.enabled: false');
});

test('an IPv6 host is written as a URL has it', async () => {
  await using app = await startTestServer({ host: '::1', http2: { enabled: false } });
  expect(app.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect((await app.http1.request('/')).status).toBe(404);
});
