import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { bullJobs } from '../src/bullmq.ts';
import { createQueue, type JobStore } from '../src/index.ts';
import { sqliteJobs } from '../src/sqlite.ts';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import { runJobs } from './harness.ts';

// Each process starts the compiler: on a machine with other work, that takes its time.
const PATIENCE = { timeout: 120_000 };

let redis: RedisServer;
let folder: string;
const running: ChildProcess[] = [];
beforeAll(async () => {
  redis = await RedisServer.start();
  folder = await mkdtemp(join(tmpdir(), 'jobs-killed-'));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

type Kind = 'sqlite' | 'redis';
let tests = 0;
beforeEach(() => void (tests += 1));
/** Each test has a store of its own. */
const whereIs = (kind: Kind): string =>
  kind === 'redis' ? redis.path : `file:${join(folder, `${tests}.db`)}`;
const open = (kind: Kind): JobStore =>
  kind === 'redis'
    ? bullJobs({ connection: { path: whereIs(kind) }, prefix: `test-${tests}` })
    : sqliteJobs({ url: whereIs(kind) });

/** Starts a process that works, and collects what it tells. */
function start(kind: Kind, mode: 'hang' | 'work') {
  const file = new URL('children/worker.ts', import.meta.url);
  const child = fork(file, [kind, whereIs(kind), mode, `test-${tests}`], { execArgv: FROM_SOURCE });
  running.push(child);
  const told: object[] = [];
  child.on('message', (message) => told.push(message as object));
  const hears = (message: object): Promise<void> =>
    expect.poll(() => told, { timeout: 90_000 }).toContainEqual(message);
  return { child, hears, told };
}

const queue = createQueue({ payload: z.string(), handler: () => undefined });

test.each<Kind>(['sqlite', 'redis'])(
  'a job whose process is killed runs again in another one, after its lease: %s',
  PATIENCE,
  async (kind) => {
    await using app = await runJobs({ queue }, { store: open(kind), work: false, lease: 1000 });
    const first = start(kind, 'hang');
    const { id } = await app.queues.queue.add('hang');
    await first.hears({ began: 'hang', attempt: 1 });
    const killed = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    await killed;
    expect(await app.queues.queue.get(id)).toMatchObject({ state: 'running', attempt: 1 });
    const second = start(kind, 'work');
    await second.hears({ done: 'hang', attempt: 2 });
    await expect
      .poll(() => app.queues.queue.get(id), { timeout: 60_000 })
      .toMatchObject({ state: 'completed' });
  },
);

test.each<Kind>(['sqlite', 'redis'])(
  'a process that is told to stop gives its job back, and ends: %s',
  PATIENCE,
  async (kind) => {
    await using app = await runJobs({ queue }, { store: open(kind), work: false, lease: 1000 });
    const first = start(kind, 'hang');
    const { id } = await app.queues.queue.add('hang');
    await first.hears({ began: 'hang', attempt: 1 });
    const ended = once(first.child, 'exit');
    first.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(await app.queues.queue.get(id)).toMatchObject({ state: 'waiting', attempt: 0 });
    const second = start(kind, 'work');
    await second.hears({ done: 'hang', attempt: 1 });
  },
);

test.each<Kind>(['sqlite', 'redis'])(
  'two processes share the jobs of a queue, and run each once: %s',
  PATIENCE,
  async (kind) => {
    await using app = await runJobs({ queue }, { store: open(kind), work: false, lease: 1000 });
    const both = [start(kind, 'work'), start(kind, 'work')];
    await Promise.all(both.map(({ hears }) => hears({ ready: true })));
    const payloads = Array.from({ length: 40 }, (_, at) => `job ${at}`);
    for (const payload of payloads) await app.queues.queue.add(payload);
    const done = (): string[] =>
      both.flatMap(({ told }) => told.flatMap((each) => ('done' in each ? [String(each.done)] : [])));
    await expect.poll(() => done().length, { timeout: 60_000 }).toBe(payloads.length);
    expect(done().sort()).toEqual([...payloads].sort());
  },
);
