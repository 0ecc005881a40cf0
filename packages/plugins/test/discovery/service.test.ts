import { createService, srvTargets, type Target, type TargetSource } from '@blaizejs/plugins/discovery';
import { describe, expect, test, vi } from 'vitest';

import { startDns, startInstance } from './stand-ins.ts';

const from = (targets: readonly Target[], name = 'users'): TargetSource => ({
  name,
  load: async () => targets,
});
const textOf = async (answer: Promise<Response>): Promise<string> => (await answer).text();

test('requests go to the instances that SRV records name, by their weights', async () => {
  const [big, small] = [await startInstance('big'), await startInstance('small')];
  const { server } = await startDns([
    { target: '127.0.0.1', port: big.port, priority: 1, weight: 90 },
    { target: '127.0.0.1', port: small.port, priority: 1, weight: 10 },
  ]);
  const users = createService(srvTargets('_http._tcp.users.test', { servers: [server] }));
  for (let at = 0; at < 100; at++) await textOf(users.fetch(`/${at}`));
  expect(big.requests + small.requests).toBe(100);
  // Further off than this once in some billions.
  expect(big.requests).toBeGreaterThan(65);
  expect(small.requests).toBeGreaterThan(0);
});

test('instances of a higher number of priority are used only if the others take no connection', async () => {
  const [first, second] = [await startInstance('first'), await startInstance('second')];
  const users = createService(
    from([
      { ...second, priority: 2 },
      { ...first, priority: 1 },
    ]),
  );
  expect(await textOf(users.fetch('/a'))).toBe('first GET /a');
  await first.close();
  expect(await textOf(users.fetch('/b', { method: 'POST', body: 'x' }))).toBe('second POST /b');
  expect(second.requests).toBe(1);
});

describe('a request goes to the next instance', () => {
  const start = async () => {
    const [breaks, works] = [await startInstance('breaks'), await startInstance('works')];
    const fetch = vi.fn<typeof globalThis.fetch>((...args) => globalThis.fetch(...args));
    const targets = [
      { ...breaks, priority: 1 },
      { ...works, priority: 2 },
    ];
    return { users: createService(from(targets), { fetch }), fetch, breaks, works };
  };

  test('if the connection breaks and the method is safe', async () => {
    const { users, fetch } = await start();
    await expect(users.fetch('/breaks')).rejects.toThrow('fetch failed');
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  test('not if it may have been acted upon', async () => {
    const { users, fetch, works } = await start();
    await expect(users.fetch('/breaks', { method: 'POST', body: 'x' })).rejects.toThrow('fetch failed');
    expect([fetch.mock.calls.length, works.requests]).toEqual([1, 0]);
  });

  test('not if its content is a stream, or its caller has left', async () => {
    const { users, breaks, fetch } = await start();
    await breaks.close();
    const body = new ReadableStream();
    await expect(users.fetch('/', { method: 'POST', body, duplex: 'half' })).rejects.toThrow('fetch failed');
    await expect(users.fetch('/', { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    expect(fetch).toHaveBeenCalledTimes(2);
  });
});

test('an instance that refused is set aside, and looked up again', async () => {
  const [gone, here] = [await startInstance('gone'), await startInstance('here')];
  await gone.close();
  const load = vi.fn(async () => [
    { ...gone, priority: 1 },
    { ...here, priority: 2 },
  ]);
  const fetch = vi.fn<typeof globalThis.fetch>((...args) => globalThis.fetch(...args));
  const users = createService({ name: 'users', load }, { fetch, refresh: 60_000 });
  await textOf(users.fetch('/'));
  expect(fetch).toHaveBeenCalledTimes(2);
  await textOf(users.fetch('/'));
  expect(fetch).toHaveBeenCalledTimes(3);
  expect(load).toHaveBeenCalledTimes(2);
});

test('while the registry is away, the last instances are used; without any, a request fails with 503', async () => {
  const here = await startInstance('here');
  let isAway = true;
  const source = {
    name: 'users',
    load: async () => {
      if (isAway) throw new Error('SERVFAIL at 10.1.2.3');
      return [here];
    },
  };
  const users = createService(source, { refresh: 1 });
  await expect(users.fetch('/')).rejects.toMatchObject({
    status: 503,
    message: 'A service that is needed for this request is not available.',
    cause: { message: 'SERVFAIL at 10.1.2.3' },
  });
  isAway = false;
  // The failed lookup counts as one.
  await expect.poll(() => users.targets().catch(() => [])).toHaveLength(1);
  isAway = true;
  for (let at = 0; at < 3; at++) expect(await textOf(users.fetch('/'))).toBe('here GET /');
});

test('concurrent requests share a lookup', async () => {
  const here = await startInstance('here');
  const load = vi.fn(async () => [here]);
  const users = createService({ name: 'users', load });
  await Promise.all(Array.from({ length: 20 }, () => textOf(users.fetch('/'))));
  expect(load).toHaveBeenCalledTimes(1);
});

test('a service that has no instances fails with 503', async () => {
  const { server } = await startDns([]);
  const users = createService(srvTargets('_http._tcp.none.test', { servers: [server] }));
  await expect(users.fetch('/')).rejects.toMatchObject({
    status: 503,
    cause: { code: 'ERR_BLAIZE_DISCOVERY' },
  });
  const nowhere = createService(from([]));
  await expect(nowhere.fetch('/')).rejects.toMatchObject({ cause: { message: 'users has no instances.' } });
});

test.each(['users', '//evil.example/', 'https://evil.example/', '@evil.example'])(
  'the path %s cannot choose another host',
  async (path) => {
    const users = createService(from([{ host: '127.0.0.1', port: 1 }]));
    await expect(users.fetch(path)).rejects.toMatchObject({ code: 'ERR_BLAIZE_DISCOVERY' });
  },
);

test('wrong options are refused', () => {
  expect(() => createService(from([]), { protocol: 'ftp' as 'http' })).toThrow('protocol');
  expect(() => createService(from([]), { refesh: 1 } as object)).toThrow('Did you mean `refresh`?');
  expect(() => srvTargets('_x', { servers: ['dns.example'] })).toThrow(
    'an IP address, with or without a port',
  );
  expect(() => srvTargets('_x', { server: [] } as object)).toThrow('Did you mean `servers`?');
});
