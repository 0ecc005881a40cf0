import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { memoryEventLog } from './index.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const silent = { onEntry: () => undefined, onBreak: () => undefined };

test('forgets events by age, and a quiet topic is known to have missed nothing', async () => {
  const log = memoryEventLog({ maxAge: 1_000 });
  const first = (await log.append('a', '1'))!;
  const second = (await log.append('a', '2'))!;
  vi.advanceTimersByTime(900);
  const third = (await log.append('a', '3'))!;
  expect((await log.read('a', first, 9))?.map(({ text }) => text)).toEqual(['2', '3']);
  vi.advanceTimersByTime(200);
  expect(await log.read('a', first, 9)).toBeUndefined();
  expect((await log.read('a', second, 9))?.map(({ text }) => text)).toEqual(['3']);
  vi.advanceTimersByTime(1_000);
  await log.append('b', '4');
  expect(await log.read('a', second, 9)).toBeUndefined();
  expect(await log.read('a', third, 9)).toEqual([]);
  expect((await log.watch('a', silent)).position.number).toBe(4);
  await log.append('a', '5');
  expect(await log.read('a', second, 9)).toBeUndefined();
  expect((await log.read('a', third, 9))?.map(({ text }) => text)).toEqual(['5']);
});

test('remembers only so many quiet topics', async () => {
  const log = memoryEventLog({ maxAge: 1 });
  const before = (await log.append('first', '1'))!;
  const last = (await log.append('first', '2'))!;
  for (let count = 0; count < 10_001; count += 1) {
    vi.advanceTimersByTime(2);
    await log.append(`topic ${count}`, 'x');
  }
  expect(await log.read('first', before, 9)).toBeUndefined();
  expect(await log.read('first', last, 9)).toEqual([]);
  expect(await log.read('topic 9', before, 9)).toBeUndefined();
});
