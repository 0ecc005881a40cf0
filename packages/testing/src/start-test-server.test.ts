import { connect } from 'node:net';
import { once } from 'node:events';

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, expect, test, vi } from 'vitest';

import { createClient } from './client.ts';
import { startTestServer } from './start-test-server.ts';
import { testCertificate } from './test-certificate.ts';

test('a test server stops when it is disposed of', async () => {
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

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test.each(['1999-12-31', '2015-01-01', '2040-01-01', '2099-01-01'])(
  'with a clock set to %s, it is trusted and writes no files',
  async (now) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'test-server-'));
    vi.spyOn(process, 'cwd').mockReturnValue(folder);
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(now) });
    await using app = await startTestServer();
    expect((await app.http1.request('/')).status).toBe(404);
    expect((await app.http2.request('/')).status).toBe(404);
    expect((await fetch(app.url)).status).toBe(404);
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  },
);

test('uses the certificate in its options', async () => {
  const { key, cert } = await testCertificate('mine.test');
  await using app = await startTestServer({ tls: { key, cert } });
  await using client = createClient(app.url, { protocol: 'http2', ca: cert });
  expect((await client.request('/')).status).toBe(404);
});

test('other TLS options leave its certificate in place', async () => {
  await using app = await startTestServer({ tls: { minVersion: 'TLSv1.3' } });
  expect((await app.http2.request('/')).status).toBe(404);
});

test('without TLS, it speaks cleartext HTTP/1.1', async () => {
  await using app = await startTestServer({ tls: false });
  expect(app.url).toMatch(/^http:/);
  expect((await app.http1.request('/')).status).toBe(404);
});

test('without HTTP/2, asking for its client throws', async () => {
  await using app = await startTestServer({ http2: { enabled: false } });
  expect(app.url).toMatch(/^http:/);
  expect((await app.http1.request('/')).status).toBe(404);
  expect(() => app.http2).toThrow('http2.enabled: false');
});

test('an IPv6 host is in brackets in the URL', async () => {
  await using app = await startTestServer({ host: '::1', http2: { enabled: false } });
  expect(app.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect((await app.http1.request('/')).status).toBe(404);
});
