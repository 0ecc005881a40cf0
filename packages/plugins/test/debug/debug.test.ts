import { debug } from '@blaizejs/plugins/debug';
import { startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { lines } from '../lines.ts';
import { startDebugging } from './serve.ts';

test('GET / lists what there is, and warns of what stops the process', async () => {
  await using debugged = await startDebugging();
  const { status, text, headers } = await debugged.ask('GET', '/');
  expect(status).toBe(200);
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  expect(text).toContain('POST /cpu-profile');
  expect(text).toMatch(/heap-snapshot.*STOPS THE PROCESS/);
});

test('the server itself has nothing at /debug', async () => {
  await using debugged = await startDebugging();
  expect((await debugged.app.http2.request('/debug')).status).toBe(404);
});

describe('profiles', () => {
  test('of the heap have what was allocated', async () => {
    const { logger, written } = lines();
    await using debugged = await startDebugging({}, { logger });
    const asked = debugged.ask('POST', '/heap-profile?seconds=0.2');
    const held: object[] = [];
    const timer = setInterval(() => held.push(Array.from({ length: 10_000 }, (_, i) => ({ i }))), 5);
    const { status, text, headers } = await asked;
    const { head } = JSON.parse(text) as { head: { children: object[] } };
    clearInterval(timer);
    expect(status).toBe(200);
    expect(headers['content-disposition']).toMatch(/^attachment; filename="\d+-.*\.heapprofile"$/);
    expect(written).toContainEqual(expect.objectContaining({ level: 'warn', endpoint: '/heap-profile' }));
    expect(held.length).toBeGreaterThan(0);
    expect(head.children.length).toBeGreaterThan(0);
  });

  test('are taken one at a time, and end when the client leaves', async () => {
    await using debugged = await startDebugging();
    const abort = new AbortController();
    const first = debugged.ask('POST', '/heap-profile?seconds=60', {}, abort.signal);
    const ended = expect(first).rejects.toThrow('aborted');
    const second = async (): Promise<number> =>
      (await debugged.ask('POST', '/heap-profile?seconds=0.01')).status;
    await expect.poll(second).toBe(409);
    expect((await debugged.ask('POST', '/heap-snapshot')).status).toBe(409);
    abort.abort();
    await ended;
    await expect.poll(second).toBe(200);
  });

  test('end when the server stops', async () => {
    const debugged = await startDebugging();
    const asked = debugged.ask('POST', '/heap-profile?seconds=60').catch(() => undefined);
    await expect
      .poll(async () => (await debugged.ask('POST', '/heap-profile?seconds=0.01')).status)
      .toBe(409);
    await debugged.app.close();
    expect((await asked)?.status ?? 503).toBe(503);
  });

  test.each(['0', '-1', 'x', '', '61', 'Infinity', 'NaN', '1e9'])(
    'do not take %j seconds',
    async (seconds) => {
      await using debugged = await startDebugging();
      const { status, text } = await debugged.ask('POST', `/cpu-profile?seconds=${seconds}`);
      expect([status, text]).toEqual([400, expect.stringContaining('up to 60')]);
    },
  );

  test('take no longer than maxSeconds', async () => {
    await using debugged = await startDebugging({ maxSeconds: 1 });
    expect((await debugged.ask('POST', '/heap-profile?seconds=2')).status).toBe(400);
  });
});

test('the event loop is measured', async () => {
  await using debugged = await startDebugging();
  const asked = debugged.ask('GET', '/event-loop?seconds=0.3');
  const result = JSON.parse((await asked).text) as Record<string, unknown>;
  expect(result).toMatchObject({ seconds: 0.3, delay: { unit: 'ms', p99: expect.any(Number) as number } });
  expect(result['samples']).toBeGreaterThan(0);
});

test('active handles are counted by type', async () => {
  await using debugged = await startDebugging();
  const { text } = await debugged.ask('GET', '/process');
  const { pid, active } = JSON.parse(text) as { pid: number; active: Record<string, number> };
  expect(pid).toBe(process.pid);
  expect(active['TCPServerWrap']).toBeGreaterThan(0);
});

test('a report has no environment variables', async () => {
  await using debugged = await startDebugging();
  const { text } = await debugged.ask('POST', '/report');
  const report = JSON.parse(text) as Record<string, unknown>;
  expect(report['header']).toBeDefined();
  expect(report['javascriptStack']).toBeDefined();
  expect(report).not.toHaveProperty('environmentVariables');
});

test('open requests are listed by pattern and age, the oldest first', async () => {
  await using debugged = await startDebugging();
  debugged.app.server.router.addRoute('GET', '/slow/:secret', {
    handler: () => new Promise(() => undefined),
  });
  const abort = new AbortController();
  const asked = ['http1', 'http2'] as const;
  const all = Promise.allSettled(
    asked.map((protocol) => debugged.app[protocol].request('/slow/password?x=y', { signal: abort.signal })),
  );
  const read = async (): Promise<string> => (await debugged.ask('GET', '/requests')).text;
  await expect.poll(async () => (JSON.parse(await read()) as { open: number }).open).toBe(2);
  const text = await read();
  expect(JSON.parse(text)).toMatchObject({
    requests: [
      { method: 'GET', route: '/slow/:secret', milliseconds: expect.any(Number) as number },
      { method: 'GET', route: '/slow/:secret' },
    ],
  });
  expect(text).not.toContain('password');
  abort.abort();
  await all;
  await expect.poll(async () => (JSON.parse(await read()) as { open: number }).open).toBe(0);
});

describe('the level of the log', () => {
  test('can be read and changed', async () => {
    const logger = Object.assign(lines().logger, { level: 'info' });
    await using debugged = await startDebugging({}, { logger });
    expect(JSON.parse((await debugged.ask('GET', '/log-level')).text)).toMatchObject({ level: 'info' });
    expect((await debugged.ask('POST', '/log-level?level=debug')).status).toBe(200);
    expect(logger.level).toBe('debug');
    expect((await debugged.ask('POST', '/log-level?level=loud')).status).toBe(400);
    expect((await debugged.ask('POST', '/log-level')).status).toBe(400);
  });

  test('is 501 if the logger has none', async () => {
    await using debugged = await startDebugging({}, { logger: lines().logger });
    expect((await debugged.ask('GET', '/log-level')).status).toBe(501);
  });
});

test('two servers of a process have two ports, and the second on the same port does not start', async () => {
  await using debugged = await startDebugging();
  const port = Number(new URL(debugged.url).port);
  await expect(startTestServer({ plugins: [debug({ listen: { port } })] })).rejects.toMatchObject({
    code: 'ERR_BLAIZE_PLUGIN',
    cause: { code: 'EADDRINUSE' },
  });
});

test('its port is closed with the server', async () => {
  const debugged = await startDebugging();
  await debugged.app.close();
  await expect(debugged.ask('GET', '/')).rejects.toThrow('ECONNREFUSED');
});

test.each<[object, string]>([
  [
    { listen: { host: '0.0.0.0' } },
    'token: expected a text of at least 16 characters, because other machines',
  ],
  [{ listen: false }, 'allow: expected a function, because `listen` is false'],
  [{ token: 'short' }, 'token: expected a text of at least 16 characters'],
  // An environment variable that is not set.
  [{ token: undefined }, 'Without the option, nobody has to send one.'],
  [{ maxSeconds: 0 }, 'maxSeconds'],
  [{ listen: { prot: 1 } }, 'Did you mean `port`?'],
  [{ listen: { path: '/x', port: 1 } }, 'listen.port'],
  [{ reports: {} }, 'Did you mean `report`?'],
  [{ report: {} }, 'report.directory'],
])('refuses %j', (options, message) => {
  expect(() => debug(options)).toThrow(
    expect.objectContaining({
      code: 'ERR_BLAIZE_CONFIGURATION',
      message: expect.stringContaining(message) as string,
    }),
  );
});
