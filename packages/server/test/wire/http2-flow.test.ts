import { EventEmitter, once } from 'node:events';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import {
  ACK,
  data,
  DATA,
  END_HEADERS,
  END_STREAM,
  HEADER_TABLE_SIZE,
  headers,
  HEADERS,
  INITIAL_WINDOW_SIZE,
  MAX_FRAME_SIZE,
  PREFACE,
  RawHttp2,
  request,
  settings,
  SETTINGS,
  WINDOW_UPDATE,
  windowUpdate,
} from './raw-http2.ts';

// What both sides of a connection have to begin with (RFC 9113 section 6.9.2).
const WINDOW = 65_535;
const SIZE = 300_000;

let app: TestServer;
let cleartext: TestServer;
const told = new EventEmitter();

beforeAll(async () => {
  app = await startTestServer({ bodyLimit: SIZE });
  cleartext = await startTestServer({ tls: false });
  for (const { server } of [app, cleartext]) {
    server.router.addRoute('GET', '/big', { handler: () => Buffer.alloc(SIZE, 'x') });
    server.router.addRoute('GET', '/stream', {
      handler: async function* () {
        for (let sent = 0; sent < SIZE; sent += 10_000) yield Buffer.alloc(10_000, 'x');
      },
    });
  }
  const { router } = app.server;
  router.addRoute('GET', '/', { handler: () => 'ok' });
  router.addRoute('POST', '/read', { handler: async (ctx) => (await ctx.request.bytes()).length });
  router.addRoute('POST', '/unread', {
    handler: async () => {
      const opened = once(told, 'open');
      told.emit('waiting');
      await opened;
      return 'not read';
    },
  });
});
afterAll(() => Promise.all([app.close(), cleartext.close()]));

const get = (stream: number, path: string): Buffer => headers(stream, request(path));
const post = (stream: number, path: string): Buffer => headers(stream, request(path, 'POST'), END_HEADERS);

describe.each(['/big', '/stream'])(
  'an answer waits for the window of its client (RFC 9113 section 5.2): %s',
  (path) => {
    test('that is 0, and goes on with each WINDOW_UPDATE', async () => {
      using client = await RawHttp2.open(app, [INITIAL_WINDOW_SIZE, 0]);
      client.send(get(1, path), get(3, '/'));
      await client.find(({ type, stream }) => type === HEADERS && stream === 3);
      await client.roundTrip();
      expect([client.heads(1), client.content(1).length]).toEqual([[200], 0]);
      client.send(windowUpdate(1, 1));
      await client.until(() => client.content(1).length === 1);
      client.send(windowUpdate(1, 12_345));
      await client.until(() => client.content(1).length === 12_346);
      await client.roundTrip();
      expect(client.content(1).length).toBe(12_346);
      client.send(windowUpdate(0, SIZE), windowUpdate(1, SIZE));
      const { content, end } = await client.outcome(1);
      expect([content.length, end]).toEqual([SIZE, 'complete']);
      expect(content).toBe('x'.repeat(SIZE));
    });

    test.each([
      ['over TLS', () => app],
      ['in cleartext', () => cleartext],
    ])(
      'that ends with the content, which is no reason to reset it, %s (RFC 9113 section 8.1)',
      async (_name, on) => {
        using client = await RawHttp2.open(on(), [INITIAL_WINDOW_SIZE, SIZE]);
        client.send(windowUpdate(0, SIZE), get(1, path));
        await client.until(() => client.content(1).length === SIZE);
        await client.roundTrip();
        // nghttp2 does not end a stream without a window, though RFC 9113 section 6.9.1 would allow it to.
        client.send(windowUpdate(1, 1));
        expect(await client.outcome(1)).toMatchObject({ status: 200, end: 'complete' });
      },
    );

    test('of the connection, which all streams share', async () => {
      using client = await RawHttp2.open(app, [INITIAL_WINDOW_SIZE, 2 * SIZE]);
      const received = (): number => client.content(1).length + client.content(3).length;
      client.send(get(1, path), get(3, path));
      await client.until(() => received() === WINDOW);
      await client.roundTrip();
      expect(received()).toBe(WINDOW);
      client.send(windowUpdate(0, 2 * SIZE));
      for (const stream of [1, 3]) {
        expect(await client.outcome(stream)).toMatchObject({ content: 'x'.repeat(SIZE), end: 'complete' });
      }
    });

    test('which SETTINGS may raise under way (RFC 9113 section 6.9.2)', async () => {
      using client = await RawHttp2.open(app, [INITIAL_WINDOW_SIZE, 1000]);
      client.send(windowUpdate(0, SIZE), get(1, path));
      await client.until(() => client.content(1).length === 1000);
      client.send(settings([INITIAL_WINDOW_SIZE, SIZE + 1]));
      expect(await client.outcome(1)).toMatchObject({ content: 'x'.repeat(SIZE), end: 'complete' });
    });

    test('which SETTINGS may lower under way, below 0 (RFC 9113 section 6.9.2)', async () => {
      using client = await RawHttp2.open(app, [INITIAL_WINDOW_SIZE, 1000]);
      client.send(windowUpdate(0, SIZE), get(1, path));
      await client.until(() => client.content(1).length === 1000);
      // Its window is now -1000.
      client.send(settings([INITIAL_WINDOW_SIZE, 0]), windowUpdate(1, 1000));
      await client.roundTrip();
      expect(client.content(1).length).toBe(1000);
      client.send(windowUpdate(1, 7));
      await client.until(() => client.content(1).length === 1007);
      client.send(windowUpdate(1, SIZE));
      expect(await client.outcome(1)).toMatchObject({ content: 'x'.repeat(SIZE), end: 'complete' });
    });
  },
);

describe('content that is uploaded', () => {
  test('is given a window as it is read (RFC 9113 section 5.2.1)', async () => {
    using client = await RawHttp2.open(app);
    client.send(post(1, '/read'));
    let sent = 0;
    while (sent < SIZE) {
      await client.until(() => WINDOW + granted(client, 1) > sent && WINDOW + granted(client, 0) > sent);
      const most = Math.min(WINDOW + granted(client, 1), WINDOW + granted(client, 0), sent + 16_384, SIZE);
      client.send(data(1, 'x'.repeat(most - sent), most === SIZE ? END_STREAM : 0));
      sent = most;
    }
    expect(await client.outcome(1)).toMatchObject({ status: 200, content: String(SIZE) });
  });

  test('is given none while nobody reads it, and more is an error (RFC 9113 section 6.9)', async () => {
    using client = await RawHttp2.open(app);
    const waiting = once(told, 'waiting');
    client.send(post(1, '/unread'));
    await waiting;
    for (let i = 0; i < 4; i++) client.send(data(1, 'x'.repeat(16_000)));
    await client.roundTrip();
    expect(granted(client, 1)).toBe(0);
    client.send(data(1, 'x'.repeat(16_000)));
    const { status, end } = await client.outcome(1);
    expect([status, end]).toEqual([
      undefined,
      expect.stringMatching(/^(?:RST_STREAM|GOAWAY) FLOW_CONTROL_ERROR$/),
    ]);
    told.emit('open');
  });
});

describe('SETTINGS (RFC 9113 section 6.5)', () => {
  test('are acknowledged, each', async () => {
    using client = await RawHttp2.open(app);
    client.send(settings([INITIAL_WINDOW_SIZE, 70_000]), settings(), settings([MAX_FRAME_SIZE, 20_000]));
    await client.roundTrip();
    expect(client.frames.filter(({ type, flags }) => type === SETTINGS && flags === ACK)).toHaveLength(4);
  });

  test('that are not acknowledged by a client do not matter', async () => {
    using client = await RawHttp2.connect(app);
    client.send(PREFACE, settings([HEADER_TABLE_SIZE, 0]), get(1, '/'));
    expect(await client.outcome(1)).toMatchObject({ status: 200, content: 'ok' });
  });

  test('limit the size of frames, also under way', async () => {
    using client = await RawHttp2.open(app, [INITIAL_WINDOW_SIZE, SIZE], [MAX_FRAME_SIZE, 50_000]);
    client.send(windowUpdate(0, 2 * SIZE), get(1, '/big'));
    await client.outcome(1);
    client.send(settings([MAX_FRAME_SIZE, 16_384]), get(3, '/big'));
    await client.outcome(3);
    const largest = (of: number): number =>
      Math.max(...client.frames.filter(({ type, stream }) => type === DATA && stream === of).map(lengthOf));
    expect(largest(1)).toBeLessThanOrEqual(50_000);
    expect(largest(3)).toBeLessThanOrEqual(16_384);
  });

  test('take the header table away under way (RFC 7541 section 4.2)', async () => {
    using client = await RawHttp2.connect(app);
    client.send(PREFACE, settings(), get(1, '/missing'));
    await client.outcome(1);
    client.send(settings([HEADER_TABLE_SIZE, 0]), get(3, '/missing'), get(5, '/missing'));
    await client.outcome(5);
    const blocks = [3, 5].map((of) =>
      client.frames.find(({ type, stream }) => type === HEADERS && stream === of),
    );
    // An update to 0 comes first, and once; no field refers to the table that was.
    expect(blocks.map((block) => block?.payload[0])).toEqual([0x20, 0x8d]);
    expect([client.heads(3), client.heads(5)]).toEqual([[404], [404]]);
  });
});

const lengthOf = ({ payload }: { payload: Buffer }): number => payload.length;

/** How much more a client may send on a stream, or on all, than at first. */
function granted(client: RawHttp2, of: number): number {
  const updates = client.frames.filter(({ type, stream }) => type === WINDOW_UPDATE && stream === of);
  return updates.reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 0);
}
