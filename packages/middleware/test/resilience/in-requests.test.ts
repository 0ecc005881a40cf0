import { once } from 'node:events';

import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { resilientFetch } from '../../src/resilience.ts';
import { upstream } from './upstream.ts';

test('a call in a request carries its correlation id and trace on, over both protocols', async () => {
  const { url, requests } = await upstream((_request, response) => response.end('ok'));
  const call = resilientFetch({ name: 'payments' });
  await using app = await startTestServer();
  app.server.router.addRoute('GET', '/', { handler: async () => (await call(url)).text() });
  app.server.router.addRoute('GET', '/own', {
    handler: async () => (await call(url, { headers: { 'x-correlation-id': 'own' } })).text(),
  });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  for (const client of [app.http1, app.http2]) {
    await client.request('/', { headers: { 'x-correlation-id': 'abc', traceparent } });
    expect(requests.at(-1)?.headers).toMatchObject({ 'x-correlation-id': 'abc', traceparent });
    await client.request('/own', { headers: { 'x-correlation-id': 'abc' } });
    expect(requests.at(-1)?.headers['x-correlation-id']).toBe('own');
  }
});

test('a failure is an answer: 502, with no details in production', async () => {
  const call = resilientFetch({ name: 'payments', retry: false });
  await using app = await startTestServer({ mode: 'production', logger: false });
  app.server.router.addRoute('GET', '/', { handler: async () => (await call('http://127.0.0.1:1/')).text() });
  const response = await app.http2.request('/');
  expect(response.status).toBe(502);
  expect(await response.text()).not.toContain('payments');
});

test('it stops when the request times out', async () => {
  let closed: Promise<unknown> | undefined;
  const { url } = await upstream((_request, response) => {
    closed = once(response, 'close');
  });
  const call = resilientFetch({ name: 'payments' });
  await using app = await startTestServer({ limits: { handlerTimeout: 50 }, logger: false });
  app.server.router.addRoute('GET', '/', { handler: async () => (await call(url)).text() });
  expect((await app.http2.request('/')).status).toBe(503);
  await closed;
  expect(call.state).toMatchObject({ running: 0, failures: 0 });
});

test('deadlineHeader tells the service how long somebody waits: the rest of the request, or the timeout', async () => {
  const { url, requests } = await upstream((_request, response) => response.end('ok'));
  const call = resilientFetch({ name: 'payments', timeout: 2000, deadlineHeader: 'grpc-timeout' });
  await using app = await startTestServer({ limits: { handlerTimeout: 800 } });
  app.server.router.addRoute('GET', '/', { handler: async () => (await call(url)).text() });
  const told = (): number => {
    const [, digits] = /^(\d+)m$/.exec(String(requests.at(-1)?.headers['grpc-timeout'])) ?? [];
    return Number(digits);
  };
  for (const client of [app.http1, app.http2]) {
    expect((await client.request('/')).status).toBe(200);
    expect(told()).toBeGreaterThan(0);
    expect(told()).toBeLessThanOrEqual(800);
  }
  await call(url);
  expect(told()).toBeLessThanOrEqual(2000);
  expect(told()).toBeGreaterThan(800);
  const plain = resilientFetch({ name: 'payments', deadlineHeader: 'x-timeout-ms' });
  await plain(url);
  expect(requests.at(-1)?.headers['x-timeout-ms']).toMatch(/^\d+$/);
});

test('no retry is waited for that would come after the deadline', async () => {
  const { url, requests } = await upstream((_request, response) => {
    response.writeHead(503, { 'retry-after': '3' }).end();
  });
  const call = resilientFetch({ name: 'payments' });
  await using app = await startTestServer({ limits: { handlerTimeout: 2000 } });
  app.server.router.addRoute('GET', '/', { handler: async () => `it said ${(await call(url)).status}` });
  const answer = await app.http2.request('/');
  expect([answer.status, await answer.text(), requests.length]).toEqual([200, 'it said 503', 1]);
});
