import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { encodeFields, type Field, integer } from './hpack.ts';
import { askAsOthers } from './http2-limited.ts';
import {
  CONTINUATION,
  data,
  END_HEADERS,
  END_STREAM,
  frame,
  headers,
  HEADERS,
  INITIAL_WINDOW_SIZE,
  PING,
  PRIORITY,
  RawHttp2,
  request,
  reset,
  settings,
  windowUpdate,
} from './raw-http2.ts';

// Milliseconds of each flood, at the most.
const DURATION = 300;

const BIG = Buffer.alloc(20_000_000);

let app: TestServer;
/** Handlers that run, and how many at once at the most. */
let running = 0;
let most = 0;

beforeAll(async () => {
  app = await startTestServer({
    limits: { keepAliveTimeout: 100, headersTimeout: 100, requestTimeout: 100 },
  });
  const { router } = app.server;
  const counted = (work: () => Promise<unknown>) => async (): Promise<unknown> => {
    most = Math.max(most, ++running);
    return work().finally(() => running--);
  };
  router.addRoute('GET', '/', { handler: () => 'ok' });
  router.addRoute('GET', '/slow', { handler: counted(() => setImmediate('slow')) });
  router.addRoute('GET', '/big', { handler: () => BIG });
  router.addRoute('POST', '/', { handler: (ctx) => counted(() => ctx.request.text())() });
});
afterAll(() => app.close());

const idOf = (index: number): number => 2 * index + 1;
const get = (id: number, path: string): Buffer => headers(id, request(path));
const post = (id: number, ...more: Field[]): Buffer =>
  headers(id, request('/', 'POST', ...more), END_HEADERS);
const once1 = (index: number, first: Buffer, then: Buffer): Buffer => (index === 0 ? first : then);
const block = encodeFields(request('/'));

/** What a client sends again and again; each with the index of the time. */
const FLOODS: Record<string, (index: number) => Buffer> = {
  'rapid reset (CVE-2023-44487)': (i) => Buffer.concat([get(idOf(i), '/'), reset(idOf(i), 8)]),
  'rapid reset of slow requests (CVE-2023-44487)': (i) =>
    Buffer.concat([get(idOf(i), '/slow'), reset(idOf(i), 8)]),
  'rapid reset without an error code (CVE-2023-44487)': (i) =>
    Buffer.concat([get(idOf(i), '/slow'), reset(idOf(i), 0)]),
  'resets by a window that overflows (CVE-2025-8671)': (i) =>
    Buffer.concat([post(idOf(i)), windowUpdate(idOf(i), 2 ** 31 - 1)]),
  'resets by a window raised by 0 (CVE-2025-8671)': (i) =>
    Buffer.concat([post(idOf(i)), windowUpdate(idOf(i), 0)]),
  'resets by content beyond its length (CVE-2025-8671)': (i) =>
    Buffer.concat([post(idOf(i), ['content-length', '0']), data(idOf(i), 'x')]),
  'resets by DATA behind the end (CVE-2025-8671)': (i) =>
    Buffer.concat([get(idOf(i), '/slow'), data(idOf(i), 'x')]),
  'resets by malformed trailers (CVE-2025-8671)': (i) =>
    Buffer.concat([post(idOf(i)), headers(idOf(i), [[':path', '/']])]),
  'resets by malformed requests (CVE-2025-8671)': (i) => headers(idOf(i), request('')),
  'more streams than are allowed': (i) => get(idOf(i), '/slow'),
  'CONTINUATION (CVE-2024-27316)': (i) =>
    once1(
      i,
      frame(HEADERS, END_STREAM, 1, block),
      frame(CONTINUATION, 0, 1, encodeFields([[`x-${i}`, 'x']])),
    ),
  'empty CONTINUATION (CVE-2024-27316)': (i) =>
    once1(i, frame(HEADERS, END_STREAM, 1, block), frame(CONTINUATION, 0, 1)),
  'PING (CVE-2019-9512)': () => frame(PING, 0, 0, Buffer.alloc(8)),
  'SETTINGS (CVE-2019-9515)': () => settings([INITIAL_WINDOW_SIZE, 65_535]),
  'many SETTINGS at once (CVE-2019-9515)': () =>
    settings(...Array.from({ length: 30 }, () => [INITIAL_WINDOW_SIZE, 65_535] as const)),
  'empty DATA (CVE-2019-9518)': (i) => once1(i, post(1), data(1, '')),
  'empty HEADERS (CVE-2019-9518)': (i) => once1(i, post(1), frame(HEADERS, END_HEADERS, 1)),
  'fields without a name (CVE-2019-9516)': (i) =>
    headers(idOf(i), [...request('/'), ...Array.from({ length: 100 }, (): Field => ['', ''])]),
  'PRIORITY (CVE-2019-9513)': (i) => frame(PRIORITY, 0, idOf(i), Buffer.of(0, 0, 0, 0, i % 256)),
  WINDOW_UPDATE: () => windowUpdate(0, 1),
  'WINDOW_UPDATE of one stream': (i) => once1(i, post(1), windowUpdate(1, 1)),
  'unknown frames': () => frame(99, 0, 0, Buffer.alloc(1000)),
  'header tables that grow and shrink': (i) =>
    frame(
      HEADERS,
      END_HEADERS | END_STREAM,
      idOf(i),
      Buffer.concat([integer(0, 5, 0x20), integer(4096, 5, 0x20), block]),
    ),
  'large answers that nobody reads (CVE-2019-9517)': (i) =>
    i < 100 ? get(idOf(i), '/big') : windowUpdate(0, 2 ** 20),
  'large answers by small windows (CVE-2019-9511)': (i) =>
    i < 100 ? get(idOf(i), '/big') : windowUpdate(idOf(i % 100), 1),
  'a header bomb (CVE-2016-6581)': (i) => frame(HEADERS, END_HEADERS | END_STREAM, idOf(i), bomb(i)),
};

/** A header block that puts one large field into the table, at first, and refers to it a thousand times. */
function bomb(index: number): Buffer {
  const literal = encodeFields([['x-bomb', 'x'.repeat(3900)]]);
  // With incremental indexing (RFC 7541 section 6.2.1).
  literal.writeUInt8(0x40, 0);
  return Buffer.concat([block, index === 0 ? literal : Buffer.alloc(0), Buffer.alloc(1000, 0x80 | 62)]);
}

/** Floods that make a server write, which a client may leave unread. */
const UNREAD = [
  'rapid reset (CVE-2023-44487)',
  'rapid reset of slow requests (CVE-2023-44487)',
  'resets by malformed trailers (CVE-2025-8671)',
  'PING (CVE-2019-9512)',
  'many SETTINGS at once (CVE-2019-9515)',
  'large answers that nobody reads (CVE-2019-9517)',
  'a header bomb (CVE-2016-6581)',
];

describe('a client that floods', () => {
  test.each(Object.keys(FLOODS))('and reads: %s', (name) => survive(name, false));
  test.each(UNREAD)('and does not read: %s', (name) => survive(name, true));
});

async function survive(name: string, mute: boolean): Promise<void> {
  const make = FLOODS[name];
  if (!make) throw new Error(`There is no flood ${name}.`);
  most = 0;
  // Where nobody reads, it is not to be the client's window that stops the server.
  const window = name.includes('nobody reads') ? 2 ** 24 : 65_535;
  const accepted = once(app.server.server, 'connection') as Promise<[Socket]>;
  const client = await RawHttp2.open(app, [INITIAL_WINDOW_SIZE, window]);
  const [socket] = await accepted;
  const closed = once(socket, 'close');
  // Nor are the frames kept: it is what the server keeps that counts.
  client.socket.removeAllListeners('data');
  if (mute) client.socket.pause();
  else client.socket.resume();
  const flooding = flood(client, make);
  // Others are served meanwhile.
  do {
    expect(await askAsOthers(app)).toBe('ok');
  } while (await stillRuns(flooding));
  // What may be open, and twice as many that were reset.
  expect(most).toBeLessThanOrEqual(300);
  if (name.startsWith('large answers') && !mute) client.destroy();
  // The server gets rid of it, whatever the client does.
  await closed;
  client.destroy();
  expect(await askAsOthers(app)).toBe('ok');
}

/** Sends until its time is over, or the connection is. */
async function flood(client: RawHttp2, make: (index: number) => Buffer): Promise<void> {
  const end = performance.now() + DURATION;
  const { socket } = client;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (let i = 0; performance.now() < end && !client.closed; i += 50) {
    const units = Array.from({ length: 50 }, (_, k) => make(i + k));
    if (socket.write(Buffer.concat(units))) await setImmediate();
    else {
      const drained = new Promise((resolve) => socket.once('drain', resolve));
      const late = new Promise((resolve) => setTimeout(resolve, Math.max(0, end - performance.now())));
      await Promise.race([drained, closed, late]);
    }
  }
}

async function stillRuns(flooding: Promise<void>): Promise<boolean> {
  return Promise.race([flooding.then(() => false), setImmediate(true)]);
}
