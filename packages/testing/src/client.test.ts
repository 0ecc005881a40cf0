import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createClient, type TestClient } from './client.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';
import { testCertificate } from './test-certificate.ts';

let app: TestServer;
beforeAll(async () => {
  app = await startTestServer();
  app.server.router.addRoute('POST', '/echo', { handler: ({ request }) => request.stream() });
  app.server.router.addRoute('GET', '/headers', {
    handler: ({ request, response }) =>
      response
        .header('x-lines', ['1', '2'])
        .cookie('a', '1')
        .cookie('b', '2')
        .json({ x: request.header('x') }),
  });
  app.server.router.addRoute('GET', '/never', { handler: () => new Promise(() => undefined) });
});
afterAll(() => app.close());

describe.each(['http1', 'http2'] as const)('a client for %s', (protocol) => {
  let client: TestClient;
  beforeAll(() => {
    client = app[protocol];
  });

  test('streams requests and responses', async () => {
    const size = 3_000_000;
    const response = await client.request('/echo', {
      method: 'POST',
      body: new Blob(['x'.repeat(size)]).stream(),
    });
    let received = 0;
    for await (const chunk of response.body ?? []) received += (chunk as Uint8Array).length;
    expect(received).toBe(size);
  });

  test('sends and receives headers', async () => {
    const response = await client.request('/headers', { headers: { x: 'y' } });
    expect(await response.json()).toEqual({ x: 'y' });
    expect(response.headers.getSetCookie()).toHaveLength(2);
    expect(response.headers.get('x-lines')).toBe('1, 2');
  });

  test.each([
    ['//localhost/headers', 404],
    ['/a/../headers', 400],
    ['/headers?a=ü b', 200],
  ])('sends the path %s unchanged', async (path, status) => {
    expect((await client.request(path)).status).toBe(status);
  });

  test('can be aborted, and is usable afterwards', async () => {
    const request = client.request('/never', { signal: AbortSignal.timeout(20) });
    await expect(request).rejects.toThrow();
    expect((await client.request('/headers')).status).toBe(200);
  });

  test('rejects if no server listens', async () => {
    await using nobody = createClient('https://localhost:1', { protocol });
    await expect(nobody.request('/')).rejects.toThrow();
  });

  test('trusts only the given certificate', async () => {
    const { cert } = await testCertificate('localhost');
    await using trusting = createClient(app.url, { protocol, ca: cert });
    expect((await trusting.request('/headers')).status).toBe(200);
    const { cert: other } = await testCertificate('other.test');
    await using distrusting = createClient(app.url, { protocol, ca: other });
    await expect(distrusting.request('/headers')).rejects.toThrow();
  });
});

test('a client can be closed while its server closes the connection', async () => {
  await using app = await startTestServer();
  app.server.router.addRoute('GET', '/events', {
    handler: ({ response }) =>
      response.type('text/event-stream').stream(
        (async function* () {
          yield 'data: 1\n\n';
          await new Promise(() => undefined);
        })(),
      ),
  });
  const response = await app.http2.request('/events');
  const closed = app.server.close();
  expect(await response.text()).toBe('data: 1\n\n');
  await app.http2.close();
  await closed;
});
