import { createPlugin } from '@blaizejs/plugins';
import { health, type HealthOptions } from '@blaizejs/plugins/health';
import { inject, startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { lines } from '../lines.ts';

const PROTOCOLS = ['http1', 'http2'] as const;
const UP = { status: 'pass' };

function down(): never {
  throw new Error('postgres://app:secret@db refused');
}

describe.each(PROTOCOLS)('over %s', (protocol) => {
  test('the three probes answer 200, are never cached, and have a HEAD', async () => {
    await using app = await startTestServer({ plugins: [health({ checks: { database: () => 1 } })] });
    for (const path of ['/health', '/ready', '/startup']) {
      const response = await app[protocol].request(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('content-type')).toBe('application/health+json');
      expect(await response.json()).toEqual(UP);
      const head = await app[protocol].request(path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      expect(head.headers.get('cache-control')).toBe('no-store');
    }
  });

  test('a failed check fails /ready, not /health, and its cause is only in the log', async () => {
    const { logger, written } = lines();
    await using app = await startTestServer({
      logger,
      plugins: [health({ checks: { database: down }, details: true })],
    });
    const ready = await app[protocol].request('/ready');
    expect(ready.status).toBe(503);
    expect(ready.headers.get('cache-control')).toBe('no-store');
    const text = await ready.text();
    expect(text).not.toContain('secret');
    expect(JSON.parse(text)).toMatchObject({
      status: 'fail',
      checks: { database: [{ status: 'fail', observedUnit: 'ms' }] },
    });
    expect((await app[protocol].request('/health')).status).toBe(200);
    // One line per change, not per probe.
    await app[protocol].request('/ready');
    const failures = written.filter(({ message }) => message === 'A health check fails');
    expect(failures).toMatchObject([
      { level: 'warn', check: 'database', err: { message: expect.stringContaining('secret') as string } },
    ]);
  });

  test('readiness fails as soon as a stop begins, while everything is still served', async () => {
    const app = await startTestServer({ drainDelay: 400, plugins: [health()] });
    app.server.router.addRoute('GET', '/', { handler: () => 'hello' });
    const client = app[protocol];
    expect((await client.request('/ready')).status).toBe(200);
    const closing = app.server.close();
    const seen = [];
    for (const path of ['/ready', '/health', '/startup', '/']) seen.push((await client.request(path)).status);
    expect(seen).toEqual([503, 200, 200, 200]);
    await closing;
    await app.close();
  });
});

describe('details', () => {
  async function ask(details: HealthOptions['details'], headers = {}): Promise<unknown> {
    const { logger } = lines();
    await using app = await startTestServer({
      logger,
      plugins: [health({ checks: { a: () => 1 }, details })],
    });
    return await (await app.http2.request('/ready', { headers })).json();
  }

  test('are for nobody by default', async () => {
    expect(await ask(undefined)).toEqual(UP);
  });

  test('are for requests that a function lets through', async () => {
    const details: HealthOptions['details'] = (ctx) => ctx.request.header('x-key') === 'k';
    expect(await ask(details)).toEqual(UP);
    expect(await ask(details, { 'x-key': 'k' })).toMatchObject({
      checks: {
        a: [{ status: 'pass' }],
        'server:connections': [{ observedValue: 1 }],
        'server:sessions': [{ observedValue: 1 }],
        'server:streams': [{ observedValue: 1 }],
      },
    });
  });

  test('are for nobody if the function throws', async () => {
    expect(await ask(() => down())).toEqual(UP);
  });

  test('are for nobody if the function is async, whatever it says', async () => {
    const later = (answer: () => unknown) => (async () => answer()) as unknown as HealthOptions['details'];
    expect(await ask(later(() => false))).toEqual(UP);
    expect(await ask(later(() => true))).toEqual(UP);
    // Nobody awaits it.
    expect(await ask(later(down))).toEqual(UP);
  });

  test('say that the server is closing', async () => {
    const app = await startTestServer({ drainDelay: 200, plugins: [health({ details: true })] });
    await app.http2.request('/ready');
    const closing = app.server.close();
    expect(await (await app.http2.request('/ready')).json()).toMatchObject({
      output: 'The server is closing.',
    });
    await closing;
    await app.close();
  });
});

test('a check that is not critical only warns', async () => {
  await using app = await startTestServer({
    plugins: [health({ checks: { cache: { run: down, critical: false } } })],
  });
  const response = await app.http2.request('/ready');
  expect([response.status, await response.json()]).toEqual([200, { status: 'warn' }]);
});

test('/startup answers 503 until each check has passed, and then always 200', async () => {
  let isUp = false;
  const check = { run: () => isUp || down(), cache: 0 };
  await using app = await startTestServer({ plugins: [health({ checks: { check } })] });
  const ask = async (path: string): Promise<number> => (await app.http2.request(path)).status;
  expect(await ask('/startup')).toBe(503);
  isUp = true;
  expect(await ask('/startup')).toBe(200);
  isUp = false;
  expect([await ask('/startup'), await ask('/ready')]).toEqual([200, 503]);
});

test('while plugins start, the server is alive but not ready', async () => {
  const seen: number[] = [];
  const slow = createPlugin('slow', '1.0.0', (server) => ({
    onServerStart: async () => {
      for (const path of ['/health', '/ready', '/startup']) seen.push((await inject(server, path)).status);
    },
  }));
  await using app = await startTestServer({ plugins: [health(), slow] });
  expect(seen).toEqual([200, 503, 503]);
  expect((await app.http2.request('/ready')).status).toBe(200);
});

test('paths can be changed and left out', async () => {
  await using app = await startTestServer({
    plugins: [health({ paths: { live: '/livez', startup: false } })],
  });
  const statuses = [];
  for (const path of ['/livez', '/ready', '/health', '/startup']) {
    statuses.push((await app.http2.request(path)).status);
  }
  expect(statuses).toEqual([200, 200, 404, 404]);
});

test.each<[object, string]>([
  [{ chekcs: {} }, 'Did you mean `checks`?'],
  [{ checks: { db: 3 } }, 'checks.db: expected a function, or a check such as'],
  [{ checks: { db: { run: () => 1, timeout: 0 } } }, 'checks.db.timeout: expected a whole number above 0'],
  [{ checks: { db: { run: () => 1, probes: ['alive'] } } }, 'checks.db.probes[0]: expected "live" or'],
  [{ checks: { db: { run: () => 1, critcal: true } } }, 'Did you mean `critical`?'],
  [{ details: 'yes' }, 'details: expected true, false or a function'],
  [{ paths: { ready: 'ready' } }, 'paths.ready: expected a path that starts with /'],
  [{ paths: { reddy: '/r' } }, 'Did you mean `ready`?'],
])('refuses %j', (options, message) => {
  expect(() => health(options)).toThrow(
    expect.objectContaining({
      code: 'ERR_BLAIZE_CONFIGURATION',
      message: expect.stringContaining(message) as string,
    }),
  );
});

test('a probe that hangs does not keep a stop from ending', async () => {
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const hangs = (): Promise<void> => {
    begin();
    return new Promise(() => undefined);
  };
  const app = await startTestServer({
    plugins: [health({ checks: { hangs: { run: hangs, timeout: 50 } } })],
  });
  const asked = app.http2.request('/ready');
  await begun;
  await app.server.close();
  expect((await asked).status).toBe(503);
  await app.close();
});
