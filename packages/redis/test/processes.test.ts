import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { RateLimitAlgorithm, RateLimitPolicy } from '@blaizejs/types';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { RedisServer } from './redis-server.ts';

const PROCESSES = 8;
// Each process starts the compiler: on a machine with other work, that takes its time.
const PATIENCE_MS = 90_000;

let server: RedisServer;
const children: ChildProcess[] = [];
beforeAll(async () => {
  server = await RedisServer.start();
  // Two at a time, for the sake of other tests.
  while (children.length < PROCESSES) {
    const started = [start(server.path), start(server.path)];
    children.push(...started);
    await Promise.all(started.map(messageFrom));
  }
}, PATIENCE_MS);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server[Symbol.asyncDispose]();
});

test.each<[RateLimitAlgorithm, number]>([
  ['sliding-window', 1000],
  ['fixed-window', 1000],
  ['token-bucket', 1000],
  // One goes at once, the others wait.
  ['leaky-bucket', 1001],
])('eight processes that send 4,000 requests at once share a %s exactly', async (algorithm, all) => {
  // So long that no unit comes back while the test runs.
  const window = 300 * 86_400_000;
  const policy: RateLimitPolicy = { algorithm, limit: 1000, window, burst: 1000 };
  const counts = children.map(messageFrom);
  for (const child of children) child.send({ policy, requests: 500 });
  const allowed = (await Promise.all(counts)) as number[];
  expect(allowed.reduce((sum, count) => sum + count, 0)).toBe(all);
});

function start(path: string): ChildProcess {
  return fork(new URL('children/use-limit.ts', import.meta.url), [path], {
    execArgv: ['--conditions', '@blaizejs/source', '--import', import.meta.resolve('tsx')],
  });
}

async function messageFrom(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, 'message')) as [unknown];
  return message;
}
