import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { RateLimitPolicy } from '@blaizejs/types';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';

const PROCESSES = 8;
// Each process starts the compiler: on a machine with other work, that takes its time.
const PATIENCE = { timeout: 180_000 };

let redis: RedisServer;
const running: ChildProcess[] = [];
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => redis[Symbol.asyncDispose]());

test(
  'eight processes that ask a store 4,000 times at once share each algorithm exactly',
  PATIENCE,
  async () => {
    const children = await start('use-limit.ts');
    // So long that no unit comes back while the test runs.
    const window = 300 * 86_400_000;
    for (const [algorithm, all] of [
      ['sliding-window', 1000],
      ['fixed-window', 1000],
      ['token-bucket', 1000],
      // One goes at once, the others wait.
      ['leaky-bucket', 1001],
    ] as const) {
      const policy: RateLimitPolicy = { algorithm, limit: 1000, window, burst: 1000 };
      const allowed = (await askAll(children, { policy, requests: 500 })) as number[];
      expect([algorithm, sum(allowed)]).toEqual([algorithm, all]);
    }
  },
);

test('eight servers under load, over both protocols, share one limit exactly', PATIENCE, async () => {
  const children = await start('limited-server.ts');
  const statuses = (await askAll(children, 125)) as Record<number, number>[];
  const total = (status: number): number => sum(statuses.map((each) => each[status] ?? 0));
  expect({ served: total(200), refused: total(429) }).toEqual({ served: 1000, refused: 1000 });
});

/** Starts all, two at a time, for the sake of other tests. */
async function start(file: string): Promise<readonly ChildProcess[]> {
  while (running.length < PROCESSES) {
    const started = [1, 2].map(() =>
      fork(new URL(`children/${file}`, import.meta.url), [redis.path], { execArgv: FROM_SOURCE }),
    );
    running.push(...started);
    await Promise.all(started.map(messageFrom));
  }
  return running;
}

/** Tells all what to do. @returns what they answer */
function askAll(children: readonly ChildProcess[], what: number | object): Promise<unknown[]> {
  const answers = children.map(messageFrom);
  for (const child of children) child.send(what);
  return Promise.all(answers);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

async function messageFrom(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, 'message')) as [unknown];
  return message;
}
