/** The progress of a job as server-sent events, as the recipe has it: in one process, and in two with a real Redis. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import type { Plugin } from '@blaizejs/types';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import { readPages } from './pages.ts';
import { writeBlocks } from './write-blocks.ts';

interface Routes {
  readonly reportRoutes: Plugin;
}

const PATIENCE = { timeout: 60_000 };
const pages = readPages().filter(({ name }) => name === 'recipes/progress');
const { folderOf } = writeBlocks('job-progress', pages, ['ts']);
const load = async (name: string): Promise<unknown> =>
  import(`${pathToFileURL(path.join(folderOf('recipes/progress'), name)).href}?${process.env['ROLE'] ?? ''}`);

/** Starts the server of the recipe, in this process. */
async function start(): Promise<TestServer> {
  const { background } = (await load('reports.ts')) as { readonly background: Plugin };
  const { reportRoutes } = (await load('routes.ts')) as Routes;
  return startTestServer({ plugins: [background, reportRoutes] });
}

const headersOf = (user: string | undefined): Record<string, string> =>
  user === undefined ? {} : { authorization: `Basic ${btoa(`${user}:correct horse`)}` };

interface Event {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: { readonly percent?: number; readonly state?: string };
}

function read(text: string): Event[] {
  return text
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => {
      const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      return {
        id: field('id'),
        event: field('event'),
        data: JSON.parse(field('data') ?? '') as Event['data'],
      };
    });
}

/** Asks for what is new, and breaks off after as many events. */
async function follow(
  ask: (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>,
  { after, count = Infinity }: { readonly after?: string | undefined; readonly count?: number } = {},
): Promise<{ readonly status: number; readonly events: readonly Event[] }> {
  const leave = new AbortController();
  const response = await ask(
    { ...headersOf('ada'), ...(after !== undefined && { 'last-event-id': after }) },
    leave.signal,
  );
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += Buffer.from(bytes).toString();
    if (read(text).length >= count) break;
  }
  leave.abort();
  return { status: response.status, events: read(text) };
}

/** Adds a job. @returns its id */
async function add(app: TestServer, protocol: 'http1' | 'http2'): Promise<string> {
  const response = await app[protocol].request('/reports', {
    method: 'POST',
    headers: { ...headersOf('ada'), 'content-type': 'application/json' },
    body: '{"year":2026}',
  });
  return ((await response.json()) as { id: string }).id;
}

/** Follows a job to its end, coming back after each event, and says what it has seen. */
async function followWithBreaks(app: TestServer, protocol: 'http1' | 'http2', id: string) {
  const ask = (headers: Record<string, string>, signal: AbortSignal): Promise<Response> =>
    app[protocol].request(`/reports/${id}/progress`, { headers, signal });
  const seen: Event[] = [];
  while (seen.at(-1)?.event !== 'end') {
    const { events } = await follow(ask, { after: seen.at(-1)?.id, count: 1 });
    seen.push(...events);
  }
  const percents = seen.flatMap(({ data }) => data.percent ?? []);
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  expect(new Set(seen.map((event) => event.id)).size).toBe(seen.length);
  expect(seen.at(-1)).toMatchObject({ event: 'end', data: { state: 'completed' } });
  // It has seen all, and need not come back.
  expect(await follow(ask, { after: seen.at(-1)?.id })).toEqual({ status: 204, events: [] });
  return seen;
}

describe.each(['http1', 'http2'] as const)('over %s', (protocol) => {
  let app: TestServer;
  beforeAll(async () => {
    app = await start();
  });
  afterAll(() => app.close());

  test('the owner sees progress and the end, and the stream ends with it', async () => {
    const id = await add(app, protocol);
    const response = await app[protocol].request(`/reports/${id}/progress`, { headers: headersOf('ada') });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const events = read(await response.text());
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { state: 'completed' } });
    expect(events.at(-2)).toMatchObject({ event: 'progress', data: { percent: 100 } });
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
  });

  test('a client that was away gets what is new, and nothing twice', async () => {
    await followWithBreaks(app, protocol, await add(app, protocol));
  });

  test('others are refused before the stream begins', async () => {
    const id = await add(app, protocol);
    const statusFor = async (user: string | undefined, job = id): Promise<unknown> => {
      const response = await app[protocol].request(`/reports/${job}/progress`, { headers: headersOf(user) });
      return [
        response.status,
        response.headers.get('content-type'),
        ((await response.json()) as { status: number }).status,
      ];
    };
    const problem = 'application/problem+json';
    expect(await statusFor(undefined)).toEqual([401, problem, 401]);
    expect(await statusFor('eve')).toEqual([403, problem, 403]);
    for (const job of ['none', '*', '__proto__', 'x'.repeat(100)]) {
      expect([job, await statusFor('ada', job)]).toEqual([job, [404, problem, 404]]);
    }
  });

  test('a Last-Event-ID that nobody has sent changes nothing', async () => {
    const id = await add(app, protocol);
    const ask = (headers: Record<string, string>): Promise<Response> =>
      app[protocol].request(`/reports/${id}/progress`, { headers });
    for (const after of ['x', '0', 'a'.repeat(4000)]) {
      expect((await follow(ask, { after })).events.at(-1)).toMatchObject({ event: 'end' });
    }
  });
});

test('a stop of the server ends streams cleanly, with a hint', async () => {
  const app = await start();
  const id = await add(app, 'http2');
  const response = await app.http2.request(`/reports/${id}/progress`, { headers: headersOf('ada') });
  const closing = app.server.close();
  // Nothing is cut off: the text has an end.
  const text = await response.text();
  expect(text).toMatch(/\n\nretry: \d+\n\n$|"state":"completed"\}\n\n$/);
  await closing;
  await app.close();
});

test('with a worker in another process, and BullMQ on a real Redis', PATIENCE, async () => {
  const redis = await RedisServer.start();
  onTestFinished(() => redis[Symbol.asyncDispose]());
  const worker = startWorker(redis.path);
  onTestFinished(async () => {
    const exited = once(worker, 'exit');
    worker.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });
  vi.stubEnv('REDIS_SOCKET', redis.path);
  vi.stubEnv('ROLE', 'web');
  onTestFinished(() => void vi.unstubAllEnvs());
  const app = await start();
  onTestFinished(() => app.close());
  for (const protocol of ['http1', 'http2'] as const) {
    const seen = await followWithBreaks(app, protocol, await add(app, protocol));
    expect(seen.length).toBeGreaterThan(1);
  }
});

/** A process that only runs jobs. */
function startWorker(socket: string): ChildProcess {
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  return fork(path.join(folderOf('recipes/progress'), 'worker.ts'), {
    cwd: folderOf('recipes/progress'),
    env: { ...env, REDIS_SOCKET: socket, ROLE: 'worker', PORT: '0' },
    execArgv: FROM_SOURCE,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}
