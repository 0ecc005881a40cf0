/** Streams of several processes with a real Redis: clients, processes and Redis itself come and go. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import type { createSSERoute } from '../src/index.ts';
import { counts, type events } from './counts.ts';
import { createClient, readEvents } from './over-the-wire.ts';

const PATIENCE = { timeout: 120_000 };
type Route = ReturnType<typeof createSSERoute<typeof events, []>>;
interface Child {
  readonly process: ChildProcess;
  readonly url: string;
  readonly seen: string[][];
}

let redis: RedisServer;
const children = new Set<Child>();
const started: ChildProcess[] = [];

beforeEach(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  children.clear();
  await redis[Symbol.asyncDispose]();
});

async function start(): Promise<Child> {
  const child = fork(new URL('children/stream-server.ts', import.meta.url), [redis.path], {
    execArgv: FROM_SOURCE,
  });
  started.push(child);
  const seen: string[][] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: { readonly url?: string; readonly members?: string[] }) => {
      if (message.members) seen.push(message.members);
      if (message.url !== undefined) resolve(message.url);
    });
    child.once('exit', () => reject(new Error('It ended.')));
  });
  const self = { process: child, url, seen };
  children.add(self);
  return self;
}

async function stop(child: Child, signal: NodeJS.Signals): Promise<number | null> {
  children.delete(child);
  const ended = once(child.process, 'exit');
  child.process.kill(signal);
  const [code] = (await ended) as [number | null];
  return code;
}

/** A `fetch` that reaches any of the processes, and whose answers break off somewhere, also within a character. */
function shaky(most: number): (request: Request) => Promise<Response> {
  return async (request) => {
    const all = [...children];
    const { url } = all[Math.floor(Math.random() * all.length)] ?? { url: 'http://127.0.0.1:1' };
    const { pathname, search } = new URL(request.url);
    const { headers, signal } = request;
    const response = await fetch(url + pathname + search, { headers, signal });
    let left = Math.ceil(Math.random() * most);
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk.subarray(0, left));
        left -= chunk.length;
        if (left < 0) controller.error(new TypeError('cut'));
      },
    });
    return new Response(response.body?.pipeThrough(cut), response);
  };
}

/** Reads texts, and resets, until one text comes. */
async function follow(last: string, path = '/events', most = 20_000): Promise<string[]> {
  const api = createClient<{ GET: { '/events': Route } }>('http://shaky', { fetch: shaky(most) });
  const found: string[] = [];
  const feed = readEvents(api.get, path as '/events', { reconnect: true, retry: { maxDelay: 200 } });
  for await (const { event, data } of feed) {
    found.push(event === 'reset' ? 'reset' : data);
    if (data === last) break;
  }
  return found;
}

test(
  'clients that drop at any byte, and processes that are replaced or killed, lose and repeat nothing',
  PATIENCE,
  async () => {
    const [first, second] = [await start(), await start()];
    const publishers = [counts(redis.client()), counts(redis.client())];
    const clients = [4_000, 10_000, 20_000, 100_000, 1e9, 1e9].map((most) => follow('end', '/events', most));
    await publishers[0]?.publish('count', 'begin');
    const publishing = publishers.map(async (channel, of) => {
      for (let n = 0; n < 1_500; n += 1) {
        await channel.publish('count', `${of}:${n} ü✓`);
        if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    expect(await stop(first, 'SIGTERM')).toBe(0);
    await start();
    await stop(second, 'SIGKILL');
    await start();
    await Promise.all(publishing);
    await publishers[0]?.publish('count', 'end');
    const all = await Promise.all(clients);
    const longest = all.reduce((a, b) => (b.length > a.length ? b : a));
    for (const found of all) {
      expect(found).not.toContain('reset');
      // One that came later, for it was cut before it had a place, has a later beginning.
      expect(found).toEqual(longest.slice(longest.length - found.length));
    }
    expect(new Set(longest).size).toBe(longest.length);
    for (const of of [0, 1]) {
      const own = longest.filter((each) => each.startsWith(`${of}:`)).map((each) => parseInt(each.slice(2)));
      expect(own).toEqual(own.map((_, at) => (own[0] ?? 0) + at));
      expect(own.at(-1)).toBe(1_499);
    }
  },
);

test(
  'a Redis that comes back empty is a reset for everybody, and then the stream goes on',
  PATIENCE,
  async () => {
    await start();
    const client = redis.client();
    const channel = counts(client);
    const clients = [1e9, 1e9, 1_500].map((most) => follow('end', '/events', most));
    const { url } = [...children][0] as Child;
    // Those that are there have a place.
    await expect.poll(async () => (await fetch(`${url}/events`, { method: 'HEAD' })).status).toBe(200);
    for (let n = 0; n < 50; n += 1) await channel.publish('count', `before ${n}`);
    await redis.stop();
    await expect.poll(() => client.status).not.toBe('ready');
    await redis.start();
    await expect.poll(() => client.status, { timeout: 10_000 }).toBe('ready');
    let isOver = false;
    const all = Promise.all(clients).finally(() => (isOver = true));
    for (let n = 0; !(isOver as boolean); n += 1) {
      await channel.publish('count', n > 40 ? 'end' : `after ${n}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (const found of await all) {
      const at = found.lastIndexOf('reset');
      const after = found.slice(at + 1, -1);
      expect(found.filter((each) => each.startsWith('before')).length).toBeLessThanOrEqual(50);
      expect(found.slice(at).some((each) => each.startsWith('before'))).toBe(false);
      const start = parseInt(after[0]?.slice('after '.length) ?? '0');
      expect(after).toEqual(after.map((_, index) => `after ${start + index}`));
    }
  },
);

test('who was in a process that was killed is gone soon, and two tabs count once', PATIENCE, async () => {
  const [first, second] = [await start(), await start()];
  const tabs = [first, first, second].map(({ url }) => fetch(`${url}/events?id=ann`));
  const bob = fetch(`${first.url}/events?id=bob`);
  await Promise.all([...tabs, bob]);
  await expect.poll(() => second.seen.at(-1), { timeout: 10_000 }).toEqual(['ann', 'bob']);
  await expect.poll(() => first.seen.at(-1), { timeout: 10_000 }).toEqual(['ann', 'bob']);
  const third = await start();
  await expect.poll(() => third.seen.at(-1), { timeout: 10_000 }).toEqual(['ann', 'bob']);
  await stop(first, 'SIGKILL');
  for (const child of [second, third]) {
    // Three intervals of 200 ms, with time for a machine that is busy.
    await expect.poll(() => child.seen.at(-1), { timeout: 10_000 }).toEqual(['ann']);
    for (const members of child.seen) expect(new Set(members).size).toBe(members.length);
  }
  // In an orderly end, they leave at once.
  expect(await stop(second, 'SIGTERM')).toBe(0);
  await expect.poll(() => third.seen.at(-1), { timeout: 10_000 }).toEqual([]);
});
