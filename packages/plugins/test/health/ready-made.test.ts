import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';

import {
  breakerCheck,
  diskSpaceCheck,
  eventLoopDelayCheck,
  type HealthCheck,
  httpCheck,
  overloadCheck,
  queryCheck,
  redisCheck,
} from '@blaizejs/plugins/health';
import { expect, test } from 'vitest';

import { RedisServer } from '../../../../tooling/redis/redis-server.ts';

function run(check: HealthCheck, signal = AbortSignal.timeout(5000)): unknown {
  return check.run({ signal, services: {} });
}

test('eventLoopDelayCheck() fails while the event loop is late', async () => {
  const check = eventLoopDelayCheck({ max: 50 });
  await run(check);
  await expect.poll(async () => run(check)).toBeUndefined();
  for (let i = 0; i < 5; i++) {
    const end = performance.now() + 200;
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await expect(run(check)).rejects.toThrow(/^The event loop is \d+ ms late; the limit is 50 ms\.$/);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await expect.poll(async () => run(check)).toBeUndefined();
  check.stop?.();
});

test('diskSpaceCheck() fails if a disk is almost full, and if there is none', async () => {
  expect(await run(diskSpaceCheck({ path: tmpdir(), minFree: 1 }))).toBeUndefined();
  await expect(run(diskSpaceCheck({ path: tmpdir(), minFree: Number.MAX_SAFE_INTEGER }))).rejects.toThrow(
    /bytes left; it needs 9007199254740991/,
  );
  await expect(run(diskSpaceCheck({ path: '/nowhere' }))).rejects.toThrow('ENOENT');
});

test('httpCheck() fails unless a service answers as expected', async () => {
  let [status, hangs] = [200, false];
  const server = createServer((_request, response) => {
    if (!hangs) response.writeHead(status, { location: '/elsewhere' }).end('x'.repeat(100_000));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
  expect(await run(httpCheck({ url }))).toBeUndefined();
  status = 302;
  await expect(run(httpCheck({ url: new URL(url) }))).rejects.toThrow('It answered 302, not 200 to 299.');
  expect(await run(httpCheck({ url, status: 302 }))).toBeUndefined();
  hangs = true;
  await expect(run(httpCheck({ url }), AbortSignal.timeout(30))).rejects.toThrow('timeout');
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  await expect(run(httpCheck({ url }))).rejects.toThrow('fetch failed');
});

test('redisCheck() fails if Redis is gone', async () => {
  await using redis = await RedisServer.start();
  const client = redis.client({ maxRetriesPerRequest: 0 });
  const check = redisCheck(client);
  expect(await run(check)).toBeUndefined();
  await redis.stop();
  await expect(run(check)).rejects.toThrow();
  await expect(run(redisCheck({ ping: () => Promise.resolve('LOADING') }))).rejects.toThrow('not PONG');
});

test('queryCheck() fails if the query does, and passes the signal on', async () => {
  await using redis = await RedisServer.start();
  const client = redis.client({ maxRetriesPerRequest: 0 });
  const check = queryCheck(() => client.dbsize());
  await expect(run(check)).resolves.toBe(0);
  await redis.stop();
  await expect(run(check)).rejects.toThrow();
  const signals: unknown[] = [];
  const { signal } = new AbortController();
  await run(
    queryCheck((context) => void signals.push(context.signal)),
    signal,
  );
  expect(signals).toEqual([signal]);
});

test.each<[() => unknown, string]>([
  [() => eventLoopDelayCheck({ max: 0 }), 'max: expected a whole number above 0'],
  [() => diskSpaceCheck({ path: '' }), 'path: expected the path of a folder'],
  [() => httpCheck({ url: 'file:///etc/passwd' }), 'url: expected an http: or https: URL'],
  [() => httpCheck({ url: 'http://x', status: 99 }), 'status: expected a status from 100 to 599'],
])('refuses what is wrong: %s', (make, message) => {
  expect(make).toThrow(message);
});

test('breakerCheck() and overloadCheck() warn while a circuit is open, and while requests are refused', () => {
  const state: { circuit: 'closed' | 'open' | 'half-open' } = { circuit: 'closed' };
  const breaker = breakerCheck({ service: 'payments', state });
  const context = { signal: new AbortController().signal, services: {} };
  expect(breaker.critical).toBe(false);
  expect(() => breaker.run(context)).not.toThrow();
  state.circuit = 'half-open';
  expect(() => breaker.run(context)).not.toThrow();
  state.circuit = 'open';
  expect(() => breaker.run(context)).toThrow('Calls to payments are refused: too many have failed.');

  const load = { overloaded: false, reason: 'eventLoopDelay' };
  const overload = overloadCheck({ state: load });
  expect(overload.critical).toBe(false);
  expect(() => overload.run(context)).not.toThrow();
  load.overloaded = true;
  expect(() => overload.run(context)).toThrow('Requests are refused (eventLoopDelay).');
});
