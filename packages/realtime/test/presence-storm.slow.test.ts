/** Thousands come and go at once, in two processes with a real Redis. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import type { Report } from './children/presence-storm.ts';

const MEMBERS = 2_500;
const MIB = 1_048_576;
const PATIENCE = { timeout: 120_000 };

let redis: RedisServer;
let children: ChildProcess[] = [];

beforeEach(async () => {
  redis = await RedisServer.start();
  children = ['a', 'b'].map((name) =>
    fork(new URL('children/presence-storm.ts', import.meta.url), [redis.path, name], {
      execArgv: ['--expose-gc', ...FROM_SOURCE],
    }),
  );
  await Promise.all(children.map((child) => once(child, 'message')));
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await redis[Symbol.asyncDispose]();
});

async function tell(child: ChildProcess, command: string, count = 0): Promise<Report> {
  child.send([command, count]);
  const [report] = (await once(child, 'message')) as [Report];
  return report;
}

const tellBoth = (command: string, count?: number): Promise<Report[]> =>
  Promise.all(children.map((child) => tell(child, command, count)));

/** Waits until both know how many are there, and those who watch have been shown that. */
async function untilBothKnow(members: number): Promise<Report[]> {
  let reports: Report[] = [];
  await expect
    .poll(
      async () => {
        reports = await tellBoth('report');
        return reports.map((report) => [report.members, report.last]);
      },
      { timeout: 60_000, interval: 100 },
    )
    .toEqual([
      [members, members],
      [members, members],
    ]);
  return reports;
}

test(
  '5,000 who come, watch and go at once are known everywhere, and leave nothing behind',
  PATIENCE,
  async () => {
    await tellBoth('watch', 1);
    const before = await untilBothKnow(0);
    for (let round = 0; round < 2; round += 1) {
      await tellBoth('watch', MEMBERS - 1);
      await tellBoth('join', MEMBERS);
      for (const { lists, seen, bytes, messages } of await untilBothKnow(2 * MEMBERS)) {
        // All who watch share a list of each state, of which they are not shown all.
        expect(lists).toBeLessThan(seen / 10);
        // Somebody's arrival is told once. Whoever has missed something asks once, and gets all.
        expect(messages).toBeLessThan((round + 1) * MEMBERS);
        expect(bytes).toBeLessThan((round + 1) * MEMBERS * 500);
      }
      await tellBoth('leave');
      await untilBothKnow(0);
      await tellBoth('end');
      await tellBoth('watch', 1);
    }
    for (const [at, { heap }] of (await untilBothKnow(0)).entries()) {
      expect(heap - (before[at]?.heap ?? 0)).toBeLessThan(4 * MIB);
    }
  },
);

test('one who comes and goes all the time leaves nothing behind elsewhere', PATIENCE, async () => {
  const [a, b] = children as [ChildProcess, ChildProcess];
  await tell(b, 'watch', 1);
  await tell(a, 'comeAndGo', 100);
  await expect.poll(async () => (await tell(b, 'report')).members).toBe(0);
  const before = (await tell(b, 'report')).heap;
  await tell(a, 'comeAndGo', 10_000);
  // Messages arrive in order: whoever is known now came after all others.
  await tell(a, 'join', 1);
  await expect.poll(async () => (await tell(b, 'report')).members, { timeout: 60_000 }).toBe(1);
  expect((await tell(b, 'report')).heap - before).toBeLessThan(2 * MIB);
});
