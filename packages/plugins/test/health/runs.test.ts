import { createPlugin } from '@blaizejs/plugins';
import { health, type HealthCheck, queryCheck } from '@blaizejs/plugins/health';
import { startTestServer, type TestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { lines } from '../lines.ts';

/** A server with one check. */
async function serve(check: HealthCheck) {
  const { logger, written } = lines();
  const app = await startTestServer({ logger, plugins: [health({ checks: { it: check } })] });
  return {
    app,
    written,
    logged: () => written.filter(({ check: name }) => name === 'it'),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

async function ready({ http2 }: TestServer): Promise<number> {
  return (await http2.request('/ready')).status;
}

test('probes that ask at the same time share one run', async () => {
  let [runs, finish] = [0, (): void => undefined];
  const running = new Promise<void>((resolve) => (finish = resolve));
  await using server = await serve({ run: () => ((runs += 1), running) });
  const { app } = server;
  const asked = Array.from({ length: 20 }, () => ready(app));
  await expect.poll(() => runs).toBe(1);
  finish();
  expect(new Set(await Promise.all(asked))).toEqual(new Set([200]));
  expect(runs).toBe(1);
});

test('a check uses what plugins provide', async () => {
  const database = createPlugin('database', '1.0.0', () => ({ services: { query: () => 'ok' } }));
  const answers: unknown[] = [];
  const check = queryCheck(({ services }) => {
    answers.push((services as { query: () => string }).query());
  });
  await using app = await startTestServer({
    plugins: [health({ checks: { check } }), database()],
  });
  expect(await ready(app)).toBe(200);
  expect(answers).toEqual(['ok']);
});

test('a result is used again for a while', async () => {
  let runs = 0;
  await using server = await serve({ run: () => (runs += 1), cache: 60_000 });
  const { app } = server;
  for (let i = 0; i < 5; i++) await ready(app);
  expect(runs).toBe(1);
});

test('a check that hangs fails after its timeout, is told so, and does not pile up', async () => {
  const signals: AbortSignal[] = [];
  await using server = await serve({
    run: ({ signal }) => new Promise(() => void signals.push(signal)),
    timeout: 30,
    cache: 0,
  });
  const { app, logged } = server;
  for (let i = 0; i < 5; i++) expect(await ready(app)).toBe(503);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(logged()).toMatchObject([{ err: { message: 'It took longer than 30 ms.' } }]);
});

test('a check that hung is run again once it has ended', async () => {
  let [runs, finish] = [0, (): void => undefined];
  const first = new Promise<void>((resolve) => (finish = resolve));
  await using server = await serve({ run: () => (++runs === 1 ? first : undefined), timeout: 100, cache: 0 });
  const { app } = server;
  expect([await ready(app), await ready(app), runs]).toEqual([503, 503, 1]);
  finish();
  await expect.poll(() => ready(app)).toBe(200);
});

test('a check that never ends is given up after ten timeouts, five times at most', async () => {
  let runs = 0;
  await using server = await serve({ run: () => new Promise(() => void (runs += 1)), timeout: 1, cache: 0 });
  const { app } = server;
  await expect.poll(async () => ((await ready(app)) === 503 ? runs : -1), { interval: 11 }).toBe(5);
  for (let i = 0; i < 20; i++) await ready(app);
  expect(runs).toBe(5);
});

test('a failure counts only after as many in a row as the threshold says', async () => {
  let isUp = true;
  const run = (): void => {
    if (!isUp) throw new Error('down');
  };
  await using server = await serve({ run, cache: 0, failureThreshold: 3 });
  const { app, logged } = server;
  const statuses = [await ready(app)];
  isUp = false;
  for (let i = 0; i < 4; i++) statuses.push(await ready(app));
  isUp = true;
  statuses.push(await ready(app));
  expect(statuses).toEqual([200, 200, 200, 503, 503, 200]);
  expect(logged().map(({ message }) => message)).toEqual([
    'A health check failed once',
    'A health check fails',
    'A health check passes again',
  ]);
});

test('a check that has never passed fails at once', async () => {
  const run = (): never => {
    throw new Error('down');
  };
  await using server = await serve({ run, failureThreshold: 3 });
  const { app } = server;
  expect(await ready(app)).toBe(503);
});

test('a check with an interval runs by itself, and probes do not wait for it', async () => {
  let [runs, hangs] = [0, false];
  const run = (): unknown => {
    runs += 1;
    return hangs ? new Promise(() => undefined) : undefined;
  };
  await using server = await serve({ run, interval: 10, timeout: 60_000 });
  const { app } = server;
  await expect.poll(() => runs).toBeGreaterThan(3);
  hangs = true;
  const before = runs;
  await expect.poll(() => runs).toBeGreaterThan(before);
  expect(await ready(app)).toBe(200);
});

test('no check runs on after the server has stopped', async () => {
  let [runs, stopped] = [0, 0];
  await using server = await serve({ run: () => (runs += 1), stop: () => void (stopped += 1), interval: 5 });
  const { app } = server;
  await expect.poll(() => runs).toBeGreaterThan(1);
  await app.close();
  const after = runs;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect([runs, stopped]).toEqual([after, 1]);
});

test('a check may be a method of an object with state', async () => {
  class Database {
    readonly probes = ['ready'] as const;
    connected = true;
    run(): void {
      if (!this.connected) throw new Error('down');
    }
  }
  await using server = await serve(new Database());
  const { app } = server;
  expect(await ready(app)).toBe(200);
});
