import { once } from 'node:events';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { createClient, readEvents, type ServerEvent } from '../src/index.ts';

interface Routes {
  GET: { '/feed': () => unknown };
}

let app: TestServer;
let connections: (string | undefined)[];
/** What each connection gets; undefined breaks it off. */
let scripts: (readonly (string | undefined)[] | 204 | 503)[];

beforeAll(async () => {
  app = await startTestServer({ tls: false, http2: { enabled: false } });
  app.server.router.addRoute('GET', '/feed', {
    handler: ({ request, response }) => {
      connections.push(request.header('last-event-id'));
      const script = scripts.shift() ?? 204;
      if (typeof script === 'number') return response.status(script).text('');
      return response.type('text/event-stream').stream(
        (async function* () {
          yield 'retry: 1\n\n';
          for (const each of script) {
            if (each === undefined) throw new Error('broken off');
            yield each;
          }
        })(),
      );
    },
  });
});
afterAll(() => app.close());
beforeEach(() => {
  connections = [];
});

async function read(
  options: Parameters<typeof readEvents<Routes['GET'], 'GET', '/feed'>>[2],
): Promise<unknown[]> {
  const api = createClient<Routes>(app.url);
  const seen: ServerEvent[] = [];
  for await (const event of readEvents(api.get, '/feed', options)) seen.push(event);
  return seen.map(({ data }) => data);
}

test('an event stream goes on where it ended or broke, until the server has no more', async () => {
  scripts = [['id: a\ndata: 1\n\n'], ['data: 2\n\nid: b\ndata: 3\n\n', undefined], ['data: 4\n\n']];
  expect(await read({ reconnect: true })).toEqual([1, 2, 3, 4]);
  expect(connections).toEqual([undefined, 'a', 'b', 'b']);
});

test('an event that breaks off counts as not received, whatever its id', async () => {
  scripts = [['id: 1\ndata: 1\n\n', 'id: 2\ndata: cut'], ['id: 2\ndata: 2\n\n']];
  expect(await read({ reconnect: true })).toEqual([1, 2]);
  expect(connections).toEqual([undefined, '1', '2']);
});

test('an id that no header may have does not keep it from coming back: it continues after the last one that may be sent', async () => {
  scripts = [['id: 1\ndata: 1\n\n', 'id: a\u0001\ndata: 2\n\n', 'id: \u007f\ndata: 3\n\n'], ['data: 4\n\n']];
  expect(await read({ reconnect: true })).toEqual([1, 2, 3, 4]);
  expect(connections).toEqual([undefined, '1', '1']);
});

test('an id may be any text, and an empty one takes the last one back', async () => {
  scripts = [['id: ✓ ü\ndata: 1\n\n'], ['id\ndata: 2\n\n']];
  expect(await read({ reconnect: true })).toEqual([1, 2]);
  const [first, second, third] = connections;
  expect([first, Buffer.from(second ?? '', 'latin1').toString(), third]).toEqual([
    undefined,
    '✓ ü',
    undefined,
  ]);
});

test('a server can not make a client connect as fast as it can', async () => {
  const times: number[] = [];
  const fetch = async (): Promise<Response> => {
    times.push(Date.now());
    const headers = { 'content-type': 'Text/Event-Stream; charset=utf-8' };
    return times.length > 4
      ? new Response(null, { status: 204 })
      : new Response('retry: 0\ndata: 1\n\n', { headers });
  };
  vi.useFakeTimers({ now: 0 });
  try {
    const api = createClient<Routes>('https://example.org', { fetch });
    const reading = (async () => {
      let count = 0;
      for await (const { data } of readEvents(api.get, '/feed', { reconnect: true })) count += Number(data);
      return count;
    })();
    await vi.runAllTimersAsync();
    expect(await reading).toBe(4);
  } finally {
    vi.useRealTimers();
  }
  expect(times).toEqual([0, 100, 200, 300, 400]);
});

test.each(['text/event-streams', 'text/plain', ''])('%j is no event stream', async (type) => {
  const fetch = () => Promise.resolve(new Response('data: 1\n\n', { headers: { 'content-type': type } }));
  const api = createClient<Routes>('https://example.org', { fetch });
  await expect(readEvents(api.get, '/feed').next()).rejects.toMatchObject({
    code: 'ERR_BLAIZE_CLIENT_RESPONSE',
    message: 'GET /feed was not answered with text/event-stream.',
  });
});

test('a wait that no timer can hold does not become none', async () => {
  scripts = [['retry: 99999999999\ndata: 1\n\n'], ['data: 2\n\n']];
  const controller = new AbortController();
  const api = createClient<Routes>(app.url);
  const feed = readEvents(api.get, '/feed', { reconnect: true, signal: controller.signal });
  expect((await feed.next()).value).toMatchObject({ data: 1 });
  const warned = once(process, 'warning', { signal: AbortSignal.timeout(200) }).catch(() => undefined);
  const next = expect(feed.next()).rejects.toMatchObject({ code: 'ERR_BLAIZE_CLIENT_ABORTED' });
  expect(await warned).toBeUndefined();
  controller.abort();
  await next;
  expect(connections).toHaveLength(1);
});

test('without the option it ends once, and fails once', async () => {
  scripts = [['data: 1\n\n'], ['data: 1\n\n', undefined]];
  expect(await read({ lastEventId: 'x' })).toEqual([1]);
  await expect(read({})).rejects.toMatchObject({ code: 'ERR_BLAIZE_CLIENT_NETWORK' });
  expect(connections).toEqual(['x', undefined]);
});

test('an error status ends it, and so does its caller while it waits', async () => {
  scripts = [['data: 1\n\n'], 503];
  await expect(read({ reconnect: true, retry: 0 })).rejects.toMatchObject({ status: 503 });
  scripts = [['retry: 60000\ndata: 1\n\n']];
  const controller = new AbortController();
  const reading = read({ reconnect: true, signal: controller.signal });
  const ended = expect(reading).rejects.toMatchObject({ code: 'ERR_BLAIZE_CLIENT_ABORTED' });
  await expect.poll(() => connections.length).toBe(3);
  controller.abort();
  await ended;
});

test('while the server is being restarted, it tries again', async () => {
  scripts = [['id: 1\ndata: 1\n\n'], 503, 503, 503, ['data: 2\n\n']];
  expect(await read({ reconnect: true, retry: { limit: 1, maxDelay: 1 } })).toEqual([1, 2]);
  expect(connections).toEqual([undefined, '1', '1', '1', '1', '1']);
});

test('a connection that is silent for too long is replaced', async () => {
  let count = 0;
  const fetch = (): Promise<Response> => {
    count += 1;
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(`retry: 1\ndata: ${count}\n\n`)),
    });
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
  };
  const api = createClient<Routes>('https://example.org', { fetch });
  const feed = readEvents(api.get, '/feed', { reconnect: true, idleTimeout: 10 });
  expect((await feed.next()).value).toMatchObject({ data: 1 });
  expect((await feed.next()).value).toMatchObject({ data: 2 });
  await feed.return();
  const once = readEvents(api.get, '/feed', { idleTimeout: 10 });
  expect((await once.next()).value).toMatchObject({ data: 3 });
  await expect(once.next()).rejects.toMatchObject({ code: 'ERR_BLAIZE_CLIENT_NETWORK' });
});
