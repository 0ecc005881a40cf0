import { type IncomingMessage, request } from 'node:http';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

import { metrics, type Metrics, type MetricsOptions } from '@blaizejs/plugins/metrics';
import { inject, startTestServer } from '@blaizejs/testing';
import { Counter, Gauge, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';

import { lines } from '../lines.ts';
import { measure } from './serve.ts';

describe('the port of its own', () => {
  test('is on the loopback interface, and the server itself has no /metrics', async () => {
    await using measured = await measure();
    expect(measured.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect((await measured.app.http2.request('/metrics')).status).toBe(404);
  });

  test('answers nothing but GET and HEAD of its path', async () => {
    await using measured = await measure();
    const ask = async (path: string, method = 'GET'): Promise<number> =>
      (await fetch(new URL(path, measured.url), { method })).status;
    expect(await ask('/metrics')).toBe(200);
    expect(await ask('/metrics?name=x')).toBe(200);
    expect(await ask('/metrics', 'HEAD')).toBe(200);
    expect(await ask('/')).toBe(404);
    expect(await ask('/users/1')).toBe(404);
    expect(await ask('/metrics', 'POST')).toBe(405);
  });

  test('answers no page that has given its own name this address (DNS rebinding)', async () => {
    await using measured = await measure();
    const ask = async (host: string): Promise<number | undefined> => {
      const sent = request(measured.url, { headers: { host } });
      const [response] = (await once(sent.end(), 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    expect(await ask('attacker.example:9464')).toBe(421);
    expect(await ask('localhost.attacker.example')).toBe(421);
    for (const host of ['127.0.0.1', 'LOCALHOST:9464', '[::1]:9464']) expect(await ask(host)).toBe(200);
  });

  test('reads nothing that is sent to it, and closes slow connections', async () => {
    await using measured = await measure();
    const sent = request(measured.url, { method: 'POST' });
    sent.on('error', () => undefined);
    sent.write('x'.repeat(1000));
    const [response] = (await once(sent, 'response')) as [{ statusCode: number }];
    expect(response.statusCode).toBe(405);
    sent.destroy();
  });

  test('is in use: the server does not start, and says so', async () => {
    const taken = createServer();
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    const { port } = taken.address() as AddressInfo;
    const starting = startTestServer({ plugins: [metrics({ listen: { port } })] });
    await expect(starting).rejects.toMatchObject({
      code: 'ERR_BLAIZE_PLUGIN',
      cause: { code: 'EADDRINUSE' },
    });
    taken.close();
  });
});

describe('a route on the server', () => {
  const allow: MetricsOptions['allow'] = (ctx) => ctx.request.header('authorization') === 'Bearer secret';

  test('is there only for requests that `allow` lets through', async () => {
    await using app = await startTestServer({ plugins: [metrics({ allow })] });
    const denied = await app.http2.request('/metrics');
    expect(denied.status).toBe(404);
    const seen = await app.http2.request('/metrics', { headers: { authorization: 'Bearer secret' } });
    expect(seen.status).toBe(200);
    expect(await seen.text()).toContain('http_server_active_requests{');
    expect((app.server.services as { metrics: Metrics }).metrics.url).toBeUndefined();
  });

  test('is for nobody if `allow` returns anything but true', async () => {
    for (const answer of [() => Promise.resolve(false), () => Promise.reject(new Error('No.'))]) {
      const odd = answer as unknown as NonNullable<MetricsOptions['allow']>;
      await using app = await startTestServer({ plugins: [metrics({ allow: odd })] });
      expect((await app.http2.request('/metrics')).status).toBe(404);
    }
  });
});

describe('a registry of your own', () => {
  test('wins over metrics of the same name', async () => {
    const registry = new Registry();
    new Gauge({ name: 'process_resident_memory_bytes', help: 'Mine.', registers: [registry] }).set(7);
    await using measured = await measure({ registry });
    expect(await measured.lines('process_resident_memory_bytes')).toEqual([
      'process_resident_memory_bytes 7',
    ]);
  });

  test.each<[string, () => Promise<void>]>([
    ['throws', () => Promise.reject(new Error('postgres://secret'))],
    ['hangs', () => new Promise(() => undefined)],
  ])(
    'that %s fails the scrape, its cause is only in the log, and no other scrape waits for it',
    async (_how, collect) => {
      const { logger, written } = lines();
      const registry = new Registry();
      new Counter({ name: 'mine_total', help: 'Mine.', registers: [registry], collect });
      await using measured = await measure(
        { registry, timeout: 50 },
        { logger, plugins: [metrics({ listen: { port: 0 }, registry, timeout: 50 })] },
      );
      for (let i = 0; i < 2; i++) {
        const response = await fetch(measured.url);
        expect(response.status).toBe(500);
        expect(await response.text()).not.toContain('secret');
      }
      const failures = written.filter(({ message }) => message?.includes('could not be collected'));
      expect(failures).toHaveLength(2);
    },
  );
});

test('the metrics of the process can be left out', async () => {
  await using measured = await measure({ runtime: false });
  const text = await measured.scrape();
  expect(text).not.toContain('nodejs_');
  expect(text).toContain('blaizejs_open_connections');
});

test('works in process, too', async () => {
  await using app = await startTestServer({ plugins: [metrics({ allow: () => true })] });
  expect(await (await inject(app.server, '/metrics')).text()).toContain('blaizejs_limit_hits_total{');
});

test.each<[object, string]>([
  [{ port: 9464 }, 'port: expected one of the options listen'],
  [{ listen: { port: 70_000 } }, 'listen.port: expected a whole number from 0 to 65535'],
  [{ listen: { prot: 1 } }, 'Did you mean `port`?'],
  [{ listen: false }, 'allow: expected a function, because `listen` is false'],
  [{ path: 'metrics' }, 'path: expected a path that starts with /'],
  [{ buckets: [1, 1] }, 'buckets: expected a list of numbers above 0, the smallest first'],
  [{ buckets: [] }, 'buckets: expected a list'],
  [{ registry: {} }, 'registry: expected a registry of prom-client'],
  [{ registrry: {} }, 'Did you mean `registry`?'],
])('refuses %j', (options, message) => {
  expect(() => metrics(options)).toThrow(
    expect.objectContaining({
      code: 'ERR_BLAIZE_CONFIGURATION',
      message: expect.stringContaining(message) as string,
    }),
  );
});
