/** Rolling reloads of a cluster with open streams and sockets, over both protocols. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';

import type { ClusterOptions } from '@blaizejs/cluster';
import { createClient as createTestClient } from '@blaizejs/testing';
import { afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';

import { freePort } from '../../../tooling/free-port.mjs';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import { bundleForNode } from '../../../tooling/test/bundle-for-node.ts';
import { makeFolder } from '../../../tooling/test/folder.ts';
import { connectWebSocket, type WebSocketConstructor } from '../src/client.ts';
import type { createSSERoute } from '../src/index.ts';
import { countRooms, counts, type events } from './counts.ts';
import { createClient, readEvents, Text } from './over-the-wire.ts';
import { TRANSPORTS, type Transport, WebSocketClient } from './web-socket-client.ts';

// Node 20 has no WebSocket.
const { WebSocket } = createRequire(import.meta.url)('ws') as { readonly WebSocket: WebSocketConstructor };
const PATIENCE = { timeout: 120_000 };
const SOON = { timeout: 30_000 };
const EACH = 4;
const RELOADS = 3;
type Route = ReturnType<typeof createSSERoute<typeof events, []>>;

/** What a client got, in order, and how often it came back. */
interface Found {
  readonly texts: string[];
  connections: number;
}

let folder = '';
let primary: ChildProcess | undefined;

beforeAll(async () => {
  const made = await makeFolder();
  folder = made.path;
  const at = (file: string): string => path.join(import.meta.dirname, file);
  await bundleForNode(
    [
      at('children/reload-worker.ts'),
      at('children/reload-primary.ts'),
      at('../../cluster/src/worker-main.ts'),
    ],
    folder,
  );
  return () => made[Symbol.asyncDispose]();
}, 60_000);

afterEach(async () => {
  if (primary?.exitCode === null) {
    const exit = once(primary, 'exit');
    primary.kill('SIGTERM');
    await exit;
  }
});

/** Starts two workers. @returns their URL */
async function start(redis: RedisServer): Promise<string> {
  const port = await freePort();
  const options: ClusterOptions = {
    entry: path.join(folder, 'reload-worker.mjs'),
    args: [String(port), redis.path],
    workers: 2,
    logger: false,
  };
  const child = fork(path.join(folder, 'reload-primary.mjs'), [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  primary = child;
  await heard(child, 'started');
  return `http://127.0.0.1:${port}`;
}

async function heard(child: ChildProcess, event: string): Promise<void> {
  const [message] = (await once(child, 'message')) as [{ readonly event: string }];
  expect(message.event).toBe(event);
}

async function reload(): Promise<void> {
  const child = primary as ChildProcess;
  const done = heard(child, 'reloaded');
  child.send('reload');
  await done;
}

/** Reads a stream with the client of ours, until `end` comes. */
function followStream(transport: Transport, url: string): Found & { readonly over: Promise<void> } {
  const found: Found = { texts: [], connections: 0 };
  const client = createTestClient(url, { protocol: transport === 'HTTP/2' ? 'http2' : 'http1' });
  onTestFinished(() => client.close());
  const api = createClient<{ GET: { '/events': Route } }>(url, {
    fetch: (request: Request) => {
      found.connections += 1;
      const { pathname, search } = new URL(request.url);
      return client.request(pathname + search, {
        headers: Object.fromEntries(request.headers),
        signal: request.signal,
      });
    },
  });
  const over = (async () => {
    const feed = readEvents(api.get, '/events', { reconnect: true, retry: { maxDelay: 200 } });
    for await (const { event, data } of feed) {
      found.texts.push(event === 'reset' ? 'reset' : data);
      if (data === 'end') break;
    }
  })();
  return Object.assign(found, { over });
}

/** Stays in a room with the client of ours. Node's `WebSocket` knows HTTP/1.1 only. */
function followRoom(url: string): Found & { readonly over: Promise<void> } {
  const found: Found = { texts: [], connections: 0 };
  const over = new Promise<void>((resolve) => {
    const socket = connectWebSocket(`${url.replace('http', 'ws')}/socket`, {
      WebSocket,
      resume: true,
      minDelay: 50,
      open: () => void (found.connections += 1),
      reset: () => void found.texts.push('reset'),
      message: (text) => {
        found.texts.push(text as string);
        if (text !== 'end') return;
        socket.close();
        resolve();
      },
    });
    onTestFinished(() => socket.close());
  });
  return Object.assign(found, { over });
}

/** Does the same by hand: what `resume` says in the URL is what the client had last. */
function followRoomByHand(transport: Transport, url: string, name: string) {
  const found = { texts: [] as string[], connections: 0, codes: [] as unknown[] };
  let id = '';
  const over = (async () => {
    while (found.texts.at(-1) !== 'end') {
      const resume = encodeURIComponent(id ? `${name},${id}` : name);
      const client = await WebSocketClient.open(transport, url, `/socket?resume=${resume}`).catch(
        // It came while no worker, or one that was about to end, was there for it.
        () => undefined,
      );
      if (!client) continue;
      found.connections += 1;
      for (;;) {
        const { opcode, payload } = await client.next();
        if (opcode === 8) {
          found.codes.push(payload.readUInt16BE());
          break;
        }
        const [, reset, place = '', json] = /^#(!?)(\S+)(?: (.*))?$/.exec(payload.toString()) ?? [];
        id = place;
        if (reset) found.texts.push('reset');
        if (json !== undefined) found.texts.push(JSON.parse(json) as string);
        if (found.texts.at(-1) === 'end') break;
      }
      await client[Symbol.asyncDispose]();
    }
  })();
  return Object.assign(found, { over });
}

test(
  'reloads end streams and sockets in order, and clients go on elsewhere: nothing is lost, and nothing comes twice',
  PATIENCE,
  async () => {
    await using redis = await RedisServer.start();
    const url = await start(redis);
    const [channel, rooms] = [counts(redis.client()), countRooms(redis.client())];
    const copies = Array.from({ length: EACH }, (_, index) => index);
    const byHand = TRANSPORTS.flatMap((transport) =>
      copies.map((copy) => followRoomByHand(transport, url, `by-hand-${transport.at(-1)}-${copy}`)),
    );
    const followers = [
      ...TRANSPORTS.flatMap((transport) => copies.map(() => followStream(transport, url))),
      ...copies.map(() => followRoom(url)),
      ...byHand,
    ];

    let count = 0;
    let isOver = false;
    const publish = async (text: string): Promise<void> => {
      await Promise.all([channel.publish('count', text), rooms.send('a', text)]);
    };
    const publishing = (async () => {
      while (!(isOver as boolean)) {
        await publish(String((count += 1)));
        if (count % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await publish('end');
    })();
    // From here on, nobody may miss anything.
    for (const { texts } of followers) await expect.poll(() => texts.length, SOON).toBeGreaterThan(0);
    for (let index = 0; index < RELOADS; index += 1) await reload();
    isOver = true;
    await publishing;
    await Promise.all(followers.map(({ over }) => over));

    for (const { texts, connections } of followers) {
      const first = Number(texts[0]);
      expect(texts).toEqual([
        ...Array.from({ length: count - first + 1 }, (_, index) => String(first + index)),
        'end',
      ]);
      // Each reload ended all of them once, or twice.
      expect(connections).toBeGreaterThan(RELOADS);
    }
    for (const { codes } of byHand) expect(new Set(codes)).toEqual(new Set([1001]));
  },
);

test.each(['http1', 'http2'] as const)(
  'a stream that a reload ends is complete, and its last words are when to come back: %s',
  PATIENCE,
  async (protocol) => {
    await using redis = await RedisServer.start();
    const url = await start(redis);
    await using client = createTestClient(url, { protocol });
    const text = new Text(await client.request('/events'));
    await text.until('\n\n');
    await reload();
    expect(await text.rest()).toMatch(/\nretry: ?\d+\n\n$/);
  },
);
