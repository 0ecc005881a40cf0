import { expect, test } from 'vitest';

import { memoryStore } from '../memory-store.ts';
import { PurgeLog } from './purge-log.ts';

test('remembers purges only while work is under way that began before', () => {
  const log = new PurgeLog();
  log.purgeKey('a');
  expect(log.size).toBe(0);
  const first = log.begin();
  log.purgeKey('a');
  const second = log.begin();
  log.purgeTag('x');
  expect([log.lastPurge(first.start, 'a', []), log.lastPurge(second.start, 'a', [])]).toEqual([2, undefined]);
  expect([log.lastPurge(first.start, 'b', ['x']), log.lastPurge(first.start, 'b', ['y'])]).toEqual([
    3,
    undefined,
  ]);
  first.end();
  expect(log.size).toBe(1);
  second.end();
  second.end();
  expect(log.size).toBe(0);
});

test('is bounded: work that is older than what it remembers counts as purged', () => {
  const log = new PurgeLog();
  const old = log.begin();
  for (let at = 0; at < 100_000; at++) log.purgeKey(`${at}`);
  expect(log.size).toBeLessThanOrEqual(10_001);
  expect(log.lastPurge(old.start, 'another', [])).toBeDefined();
  const young = log.begin();
  expect(log.lastPurge(young.start, 'another', [])).toBeUndefined();
});

test('a store has one', () => {
  const store = memoryStore();
  expect(PurgeLog.of(store)).toBe(PurgeLog.of(store));
  expect(PurgeLog.of(memoryStore())).not.toBe(PurgeLog.of(store));
});
