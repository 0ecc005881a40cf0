import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';

import { createQueue, type JobStore, memoryJobs } from '../src/index.ts';
import { Scheduler, type SchedulerSettings } from '../src/schedule/scheduler.ts';
import { GuardedStore } from '../src/stores/guarded-store.ts';
import { changed, collectLog, runJobs, signalOf } from './harness.ts';

test('a queue adds jobs to itself, with the payload of the schedule', async () => {
  const ran = signalOf<unknown>();
  const queue = createQueue({
    payload: z.object({ report: z.string() }),
    handler: ({ payload, id }) => ran.resolve([payload, id]),
    schedules: { often: { cron: '* * * * * *', payload: { report: 'daily' } } },
  });
  await using app = await runJobs({ queue });
  expect(app.lines).toEqual([]);
  expect(await ran.promise).toEqual([
    { report: 'daily' },
    expect.stringMatching(/^at-queue-often-\d+$/) as string,
  ]);
});

describe('by a clock that tests move', () => {
  const stops: (() => void)[] = [];
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    vi.setSystemTime('2026-03-28T12:00:00Z');
  });
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
    vi.useRealTimers();
  });

  /** A schedule, and the times of the jobs that it has added. */
  async function schedule(options: Partial<SchedulerSettings>, store: JobStore = memoryJobs()) {
    const guarded = new GuardedStore(store, 1000);
    await guarded.open([]);
    const { lines, logger } = collectLog();
    const scheduler = new Scheduler({
      ...{ queue: 'q', name: 's', cron: '0 * * * *', timeZone: 'UTC', overlap: true, missed: 'skip' },
      ...{ payload: '', store: guarded, log: () => logger, onAdded: () => undefined },
      ...options,
    });
    stops.push(() => scheduler.stop());
    scheduler.start();
    const take = async (): Promise<string[]> => {
      const { jobs } = await store.claim('q', { limit: 100, lease: 1e9 });
      for (const job of jobs) await store.settle(job, { state: 'completed', keep: 1e9 });
      return jobs.map(({ id }) => new Date(Number(id.split('-').at(-1))).toISOString().slice(5, 16));
    };
    return { scheduler, store, lines, take };
  }
  const HOUR = 3_600_000;
  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

  test('adds a job at each time', async () => {
    const { take } = await schedule({});
    await pass(3 * HOUR);
    expect(await take()).toEqual(['03-28T13:00', '03-28T14:00', '03-28T15:00']);
  });

  test('keeps the time of its zone when the clocks change', async () => {
    const { take } = await schedule({ cron: '30 8 * * *', timeZone: 'Europe/Berlin' });
    await pass(3 * 24 * HOUR);
    // Summer time began on March 29, 2026.
    expect(await take()).toEqual(['03-29T06:30', '03-30T06:30', '03-31T06:30']);
  });

  test('a time that the change of clocks repeats comes once, and an hourly one each hour', async () => {
    vi.setSystemTime('2026-10-24T12:00:00Z');
    const daily = await schedule({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' });
    const hourly = await schedule({ cron: '0 * * * *', timeZone: 'Europe/Berlin' });
    await pass(24 * HOUR);
    expect(await daily.take()).toEqual(['10-25T00:30']);
    expect(await hourly.take()).toHaveLength(24);
    await pass(24 * HOUR);
    expect(await daily.take()).toEqual(['10-26T01:30']);
  });

  test('a time that the change of clocks skips comes once', async () => {
    const { take } = await schedule({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' });
    await pass(2 * 24 * HOUR);
    expect((await take()).map((time) => time.slice(0, 5))).toEqual(['03-29', '03-30']);
  });

  test('of several processes, each time gets one job', async () => {
    const store = memoryJobs();
    const { take } = await schedule({}, store);
    await schedule({}, store);
    await schedule({}, store);
    await pass(2 * HOUR);
    expect(await take()).toEqual(['03-28T13:00', '03-28T14:00']);
  });

  test('adds no job while that of the last time waits or runs, unless it may overlap', async () => {
    const { store, take, lines } = await schedule({ overlap: false });
    await pass(HOUR);
    const [running] = (await store.claim('q', { limit: 1, lease: 1e9 })).jobs;
    await pass(2 * HOUR);
    expect(await take()).toEqual([]);
    expect(lines.map(({ message }) => message)).toEqual([
      'A schedule adds no job, as that of the last time has not ended',
      'A schedule adds no job, as that of the last time has not ended',
    ]);
    await store.settle(running!, { state: 'completed', keep: 1e9 });
    await pass(HOUR);
    expect(await take()).toEqual(['03-28T16:00']);
  });

  test('the clock may go back: no time comes twice', async () => {
    const { take } = await schedule({});
    await pass(2 * HOUR);
    vi.setSystemTime('2026-03-28T12:30:00Z');
    await pass(HOUR);
    expect(await take()).toEqual(['03-28T13:00', '03-28T14:00']);
    await pass(2 * HOUR);
    expect(await take()).toEqual(['03-28T15:00']);
  });

  test.each([
    ['skip', []],
    ['once', ['03-28T20:00']],
  ] as const)('the clock may go forward: %s', async (missed, expected) => {
    const { take } = await schedule({ missed });
    vi.setSystemTime('2026-03-28T20:30:00Z');
    await pass(15_000);
    expect(await take()).toEqual(expected);
    await pass(HOUR);
    expect(await take()).toEqual(['03-28T21:00']);
  });

  test.each([
    ['skip', []],
    ['once', ['03-29T11:00']],
  ] as const)('what was missed while no process ran: %s', async (missed, expected) => {
    const store = memoryJobs();
    const first = await schedule({ missed }, store);
    await pass(HOUR);
    expect(await first.take()).toEqual(['03-28T13:00']);
    first.scheduler.stop();
    await pass(22.5 * HOUR);
    const { take } = await schedule({ missed }, store);
    await schedule({ missed }, store);
    await pass(1000);
    expect(await take()).toEqual(expected);
    await pass(HOUR);
    expect(await take()).toEqual(['03-29T12:00']);
  });

  test('nothing is missed by a schedule that never was', async () => {
    const { take } = await schedule({ missed: 'once' });
    await pass(1000);
    expect(await take()).toEqual([]);
  });

  test('a store that is away delays a job', async () => {
    let isAway = true;
    const memory = memoryJobs();
    const store = changed(memory, {
      add: (job) => (isAway ? Promise.reject(new Error('away')) : memory.add(job)),
    });
    const { take, lines } = await schedule({}, store);
    await pass(HOUR + 10_000);
    isAway = false;
    await pass(30_000);
    expect(await take()).toEqual(['03-28T13:00']);
    expect(lines.map(({ message }) => message)).toEqual(['A schedule could not add its job']);
  });

  test('a time far away is waited for', async () => {
    const { take } = await schedule({ cron: '0 0 1 1 *' });
    await pass(10 * HOUR);
    expect(await take()).toEqual([]);
    vi.setSystemTime('2026-12-31T23:59:50Z');
    await pass(20_000);
    expect(await take()).toEqual(['01-01T00:00']);
  });
});
