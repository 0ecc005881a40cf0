import { setTimeout as wait } from 'node:timers/promises';

import { inject, startTestServer } from '@blaizejs/testing';
import { describe, expect, onTestFinished, test } from 'vitest';

const OPTIONS = {
  logger: false,
  deadlineHeader: 'grpc-timeout',
  limits: { handlerTimeout: 5000 },
} as const;

/** A server that tells what its handlers have seen. */
async function start(options: object = OPTIONS) {
  const app = await startTestServer(options);
  const seen: { ran: string[]; reason?: unknown } = { ran: [] };
  const { router } = app.server;
  router.addRoute('GET', '/slow', {
    handler: async ({ request }) => {
      seen.ran.push('/slow');
      await wait(60_000, undefined, { signal: request.signal }).catch(() => undefined);
      seen.reason = request.signal.reason;
      return 'late';
    },
  });
  router.addRoute('GET', '/left', {
    handler: ({ request: { deadline } }) => ({ left: deadline === undefined ? null : deadline - Date.now() }),
  });
  router.addRoute('GET', '/short', {
    handlerTimeout: 60,
    handler: ({ request: { signal } }) => wait(60_000, undefined, { signal }),
  });
  router.addRoute('POST', '/reads', { handler: ({ request }) => request.text() });
  router.addRoute('GET', '/free', {
    handlerTimeout: 0,
    handler: ({ request: { deadline } }) => ({ left: deadline ?? null }),
  });
  router.addRoute('GET', '/behind', {
    middleware: [
      async (_ctx, next) => {
        await wait(150);
        await next();
      },
    ],
    handler: () => {
      seen.ran.push('/behind');
      return 'ran';
    },
  });
  return { app, seen };
}

describe.each(['http1', 'http2', 'in process'] as const)('%s', (way) => {
  const ask = (app: Awaited<ReturnType<typeof start>>['app'], path: string, timeout?: string) => {
    const headers: Record<string, string> = timeout === undefined ? {} : { 'grpc-timeout': timeout };
    return way === 'in process' ? inject(app.server, path, { headers }) : app[way].request(path, { headers });
  };

  test('a caller that waits 100 ms gets 504, and the signal aborts with that error', async () => {
    const { app, seen } = await start();
    onTestFinished(() => app.close());
    const began = performance.now();
    const answer = await ask(app, '/slow', '100m');
    expect(answer.status).toBe(504);
    expect(performance.now() - began).toBeLessThan(4000);
    expect(await answer.json()).toMatchObject({ code: 'ERR_BLAIZE_DEADLINE' });
    await expect.poll(() => seen.reason).toMatchObject({ status: 504, code: 'ERR_BLAIZE_DEADLINE' });
  });

  test('no handler runs once the time is over, before or behind middleware', async () => {
    const { app, seen } = await start();
    onTestFinished(() => app.close());
    expect((await ask(app, '/slow', '0m')).status).toBe(504);
    expect((await ask(app, '/behind', '50m')).status).toBe(504);
    await wait(300);
    expect(seen.ran).toEqual([]);
  });

  test('the caller can shorten the time, and not lengthen it', async () => {
    const { app } = await start();
    onTestFinished(() => app.close());
    const left = async (path: string, timeout?: string) =>
      ((await (await ask(app, path, timeout)).json()) as { left: number | null }).left;
    expect(await left('/left')).toBeLessThanOrEqual(5000);
    expect(await left('/left')).toBeGreaterThan(1000);
    expect(await left('/left', '2S')).toBeLessThanOrEqual(2000);
    expect(await left('/left', '1H')).toBeLessThanOrEqual(5000);
    expect(await left('/free')).toBeNull();
    expect(await left('/free', '1H')).toBeGreaterThan(0);
    const answer = await ask(app, '/short', '1H');
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { code: 'ERR_BLAIZE_SERVICE_UNAVAILABLE' },
    ]);
  });

  test.each(['soon', '-1', '1.5S', '12345678901', '1s', ''])('%j is a 400', async (timeout) => {
    const { app } = await start();
    onTestFinished(() => app.close());
    const answer = await ask(app, '/left', timeout);
    expect(answer.status).toBe(400);
  });
});

test('by default, no header says anything', async () => {
  const { app } = await start({ logger: false, limits: { handlerTimeout: 5000 } });
  onTestFinished(() => app.close());
  const answer = await app.http2.request('/left', { headers: { 'grpc-timeout': '0m' } });
  expect(answer.status).toBe(200);
});

test('milliseconds need no unit', async () => {
  const { app } = await start({ ...OPTIONS, deadlineHeader: 'X-Envoy-Expected-Rq-Timeout-Ms' });
  onTestFinished(() => app.close());
  const headers = { 'x-envoy-expected-rq-timeout-ms': '50' };
  expect((await app.http1.request('/slow', { headers })).status).toBe(504);
});

test('the name has to be that of a header', async () => {
  await expect(start({ ...OPTIONS, deadlineHeader: 'a b' })).rejects.toThrow(
    'deadlineHeader: expected the name of a header, such as "grpc-timeout", or false',
  );
});
