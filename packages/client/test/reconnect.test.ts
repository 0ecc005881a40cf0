import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { createClient, events, type ServerEvent } from '../src/index.ts';

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
  options: Parameters<typeof events<Routes['GET'], 'GET', '/feed'>>[2],
): Promise<unknown[]> {
  const api = createClient<Routes>(app.url);
  const seen: ServerEvent[] = [];
  for await (const event of events(api.get, '/feed', options)) seen.push(event);
  return seen.map(({ data }) => data);
}

test('an event stream goes on where it ended or broke, until the server has no more', async () => {
  scripts = [['id: a\ndata: 1\n\n'], ['data: 2\n\nid: b\ndata: 3\n\n', undefined], ['data: 4\n\n']];
  expect(await read({ reconnect: true })).toEqual([1, 2, 3, 4]);
  expect(connections).toEqual([undefined, 'a', 'b', 'b']);
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
