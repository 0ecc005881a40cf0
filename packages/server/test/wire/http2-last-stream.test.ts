/**
 * A client sends again what is above the last stream of GOAWAY (RFC 9113 sections 6.8 and 8.7). What is at or below it is
 * handled, what is above it is not, also if several requests arrive at once.
 */
import { once } from 'node:events';
import type { ServerHttp2Session } from 'node:http2';

import { expect, test } from 'vitest';

import { get, withLimits } from './http2-limited.ts';
import { GOAWAY, RawHttp2 } from './raw-http2.ts';

const STREAMS = [1, 3, 5, 7, 9, 11];

const requests = STREAMS.map((stream) => get(stream, `/${stream}`));

/** A server that notes the streams that it has handled. */
async function serve(limits: { maxRequestsPerSocket?: number } = {}) {
  const app = await withLimits(limits);
  const handled: number[] = [];
  app.server.router.addRoute('GET', '/:stream', {
    handler: async ({ request }) => {
      handled.push(Number((request.params as { stream: string }).stream));
      await new Promise(setImmediate);
      return 'done';
    },
  });
  return Object.assign(app, { handled });
}

/** The highest stream that the server says it may have handled. */
function lastOf(client: RawHttp2): number {
  const last = client.frames
    .filter(({ type }) => type === GOAWAY)
    .map(({ payload }) => payload.readUInt32BE(0));
  expect(last.length).toBeGreaterThan(0);
  return Math.min(...last);
}

test('an idle session that ends, while several requests come at once', async () => {
  await using app = await serve();
  using client = await RawHttp2.open(app);
  const closing = app.server.close();
  // The GOAWAY waits for a request, so that it is in time for the answer.
  client.send(...requests);
  await client.end();
  await closing;
  expect(app.handled).toEqual(STREAMS.filter((stream) => stream <= lastOf(client)));
  for (const stream of app.handled) expect(client.heads(stream)).toEqual([200]);
});

test('maxRequestsPerSocket, where more requests come at once', async () => {
  await using app = await serve({ maxRequestsPerSocket: 2 });
  using client = await RawHttp2.open(app);
  client.send(...requests);
  await client.end();
  expect(app.handled).toEqual(STREAMS.filter((stream) => stream <= lastOf(client)));
  for (const stream of app.handled) expect(client.heads(stream)).toEqual([200]);
});

test('streams that Node opens while GOAWAY waits for other bytes to be written', async () => {
  await using app = await serve();
  const accepted = once(app.server.server, 'session') as Promise<[ServerHttp2Session]>;
  using client = await RawHttp2.open(app);
  const [session] = await accepted;
  const goaway = session.goaway.bind(session);
  const submitted = new Promise<void>((resolve) => (session.goaway = () => resolve()));
  const waiting = once(app.told, 'waiting');
  client.send(get(1, '/waits'));
  await waiting;
  const closing = app.server.close();
  await submitted;
  client.send(...requests.slice(1));
  for (const stream of STREAMS.slice(1))
    expect(await client.outcome(stream)).toEqual({
      status: undefined,
      content: '',
      end: 'RST_STREAM REFUSED_STREAM',
    });
  goaway();
  app.told.emit('open');
  expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'waited' });
  await client.end();
  await closing;
  expect(app.handled).toEqual([]);
});
