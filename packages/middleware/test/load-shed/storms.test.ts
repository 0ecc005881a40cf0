import { once } from 'node:events';
import { connect } from 'node:net';

import { loadPriority, loadShed, type LoadShedState } from '@blaizejs/middleware/load-shed';
import { startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { recordingLogger } from '../log.ts';

const PROTOCOLS = ['http1', 'http2'] as const;
const FEW = { minConcurrency: 2, maxConcurrency: 4 };

/** Handlers that wait until they are released. */
function gate() {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    handler: () => new Promise<string>((resolve) => waiting.push(() => resolve('hello'))),
    open: () => waiting.splice(0).forEach((release) => release()),
  };
}

describe.each(PROTOCOLS)('over %s', (protocol) => {
  test('what has a low priority is the first to go', async () => {
    const shed = loadShed({ minConcurrency: 4, maxConcurrency: 4 });
    await using app = await startTestServer({ middleware: [shed], logger: false });
    const { waiting, handler, open } = gate();
    const { router } = app.server;
    router.addRoute('GET', '/waits', { handler });
    router.addRoute('GET', '/', { handler: () => 'ok' });
    router.addRoute('GET', '/low', { meta: loadPriority('low'), handler: () => 'ok' });
    const client = app[protocol];
    const status = async (path: string): Promise<number> => (await client.request(path)).status;
    const admitted = Array.from({ length: 3 }, () => client.request('/waits'));
    await expect.poll(() => waiting.length).toBe(3);
    expect([await status('/low'), await status('/')]).toEqual([503, 200]);
    admitted.push(client.request('/waits'));
    await expect.poll(() => waiting.length).toBe(4);
    expect(await status('/')).toBe(503);
    expect(shed.state).toMatchObject({ overloaded: true, reason: 'concurrency', inFlight: 4, limit: 4 });
    open();
    expect((await Promise.all(admitted)).map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
    expect([await status('/low'), await status('/')]).toEqual([200, 200]);
  });
});

test('refuses before the body is sent: a client that expects 100-continue sends none', async () => {
  const { waiting, handler, open } = gate();
  await using app = await startTestServer({
    middleware: [loadShed({ minConcurrency: 1, maxConcurrency: 1 })],
    http2: { enabled: false },
    logger: false,
  });
  app.server.router.addRoute('GET', '/', { handler });
  app.server.router.addRoute('POST', '/', { handler: (ctx) => ctx.request.text() });
  const first = app.http1.request('/');
  await expect.poll(() => waiting.length).toBe(1);
  const socket = connect(app.server.port, 'localhost');
  socket.write(
    'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n',
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(String(answer)).toMatch(/^HTTP\/1\.1 503 /);
  socket.destroy();
  open();
  await first;
});

test('critical routes are served while the limit adapts, up to maxConcurrency', async () => {
  const shed = loadShed(FEW);
  await using app = await startTestServer({ middleware: [shed], logger: false });
  const { waiting, handler, open } = gate();
  app.server.router.addRoute('GET', '/', { handler });
  app.server.router.addRoute('GET', '/pay', { meta: loadPriority('critical'), handler });
  const requests = Array.from({ length: 4 }, () => app.http2.request('/pay'));
  await expect.poll(() => waiting.length).toBe(4);
  expect((await app.http2.request('/pay')).status).toBe(503);
  open();
  await Promise.all(requests);
  expect(shed.state.inFlight).toBe(0);
});

test('tells once that an overload begins and once that it has ended, and not for each request', async () => {
  const { logger, lines } = recordingLogger();
  const changes: LoadShedState[] = [];
  const shed = loadShed({ minConcurrency: 1, maxConcurrency: 1, onChange: (state) => changes.push(state) });
  await using app = await startTestServer({ middleware: [shed], logger });
  const { waiting, handler, open } = gate();
  app.server.router.addRoute('GET', '/', { handler });
  const first = app.http2.request('/');
  await expect.poll(() => waiting.length).toBe(1);
  for (let i = 0; i < 50; i++) expect((await app.http2.request('/')).status).toBe(503);
  open();
  await first;
  await expect.poll(() => changes.length, { timeout: 5000 }).toBe(2);
  expect(changes).toMatchObject([
    { overloaded: true, reason: 'concurrency', overloads: 1 },
    { overloaded: false, inFlight: 0, refused: { concurrency: 50 } },
  ]);
  expect(lines.filter(({ message }) => message.includes('overloaded'))).toMatchObject([
    { level: 'warn', message: 'Requests are refused: the server is overloaded', reason: 'concurrency' },
    { level: 'info', message: 'The server is no longer overloaded', refused: 50 },
  ]);
});

test('an onChange that throws is logged, and nothing else happens', async () => {
  const { logger, lines } = recordingLogger();
  await using app = await startTestServer({
    middleware: [
      loadShed({
        minConcurrency: 1,
        maxConcurrency: 1,
        onChange: () => {
          throw new Error('no');
        },
      }),
    ],
    logger,
  });
  const { waiting, handler, open } = gate();
  app.server.router.addRoute('GET', '/', { handler });
  const first = app.http2.request('/');
  await expect.poll(() => waiting.length).toBe(1);
  expect((await app.http2.request('/')).status).toBe(503);
  expect(lines.map(({ message }) => message)).toContain('The option `onChange` of loadShed() failed');
  open();
  expect((await first).status).toBe(200);
});

test('loadPriority() takes two words', () => {
  expect(() => loadPriority('high' as never)).toThrow(
    'loadPriority() takes "critical" or "low", not "high".',
  );
});
