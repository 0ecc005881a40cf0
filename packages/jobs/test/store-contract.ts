import { afterEach, beforeEach, expect, test } from 'vitest';

import type { ClaimedJob, JobStore, NewJob } from '../src/index.ts';

const QUEUE = 'emails';
const LEASE = 60_000;

/** A store, and what releases it. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: JobStore;
}

/** What every store has to do. @param make makes an empty one */
export function testJobStore(make: () => StoreUnderTest | Promise<StoreUnderTest>): void {
  let under: StoreUnderTest;
  let store: JobStore;
  beforeEach(async () => {
    under = await make();
    store = under.store;
    await store.open?.([QUEUE, 'others']);
  });
  afterEach(() => under[Symbol.asyncDispose]());

  const add = (id: string, more: Partial<NewJob> = {}): Promise<boolean> =>
    store.add({ id, queue: QUEUE, payload: `{"id":"${id}"}`, priority: 2, delay: 0, ...more });
  const claim = async (limit = 10, lease = LEASE): Promise<readonly ClaimedJob[]> =>
    (await store.claim(QUEUE, { limit, lease })).jobs;
  const idsOf = (jobs: readonly { readonly id: string }[]): string[] => jobs.map(({ id }) => id);
  const claimOne = async (lease?: number): Promise<ClaimedJob> => {
    const [job] = await claim(1, lease);
    if (!job) throw new Error('There is no job.');
    return job;
  };

  test('gives jobs in their order, as they were added, and each only once', async () => {
    const before = Date.now();
    for (const id of ['a', 'b', 'c']) expect(await add(id)).toBe(true);
    const [first, second] = await claim(2);
    expect([first, second]).toMatchObject([
      { id: 'a', queue: QUEUE, payload: '{"id":"a"}', attempt: 1 },
      { id: 'b', attempt: 1 },
    ]);
    expect(first?.addedAt).toBeGreaterThanOrEqual(before - 1);
    expect(first?.addedAt).toBeLessThanOrEqual(Date.now() + 1);
    expect(first?.token).not.toBe(second?.token);
    expect(idsOf(await claim())).toEqual(['c']);
    expect(await claim()).toEqual([]);
  });

  test('keeps a payload exactly', async () => {
    const payloads = ['', '"é\\u0000✓ \u2028 \' \\" ; --"', `"${'x'.repeat(300_000)}"`, '{"__proto__":1}'];
    for (const [at, payload] of payloads.entries()) await add(`p${at}`, { payload });
    expect((await claim()).map(({ payload }) => payload)).toEqual(payloads);
    expect((await store.get(QUEUE, 'p1'))?.payload).toBe(payloads[1]);
  });

  test('refuses a second job with the same id, in whatever state the first is', async () => {
    expect(await Promise.all([add('a'), add('a'), add('a')])).toEqual(
      expect.arrayContaining([true, false, false]),
    );
    const job = await claimOne();
    expect(await add('a', { payload: '2' })).toBe(false);
    await store.settle(job, { state: 'completed', keep: 60_000 });
    expect(await add('a', { payload: '3' })).toBe(false);
    expect(await store.get(QUEUE, 'a')).toMatchObject({ state: 'completed', payload: '{"id":"a"}' });
    // Another queue has ids of its own.
    expect(await add('a', { queue: 'others' })).toBe(true);
    expect(await claim()).toEqual([]);
  });

  test('gives jobs of a higher priority first', async () => {
    await add('low', { priority: 3 });
    await add('normal 1'.replace(' ', '-'));
    await add('high', { priority: 1 });
    await add('normal-2');
    expect(idsOf(await claim())).toEqual(['high', 'normal-1', 'normal-2', 'low']);
  });

  test('gives a job with a delay when it is due, and not before', async () => {
    await add('late', { delay: 300 });
    await add('far', { delay: 86_400_000 });
    const { jobs, next = 0 } = await store.claim(QUEUE, { limit: 10, lease: LEASE });
    expect(jobs).toEqual([]);
    expect(next).toBeLessThanOrEqual(300);
    expect(await store.get(QUEUE, 'late')).toMatchObject({ state: 'waiting', attempt: 0 });
    await expect.poll(async () => idsOf(await claim())).toEqual(['late']);
    expect(await store.get(QUEUE, 'far')).toMatchObject({ state: 'waiting' });
  });

  test('a job that is done is kept as long as it should be', async () => {
    await add('short');
    await add('long');
    const [short, long] = await claim();
    if (!short || !long) throw new Error('There are no jobs.');
    expect(await store.settle(long, { state: 'completed', keep: 60_000 })).toBe(true);
    expect(await store.settle(short, { state: 'completed', keep: 0 })).toBe(true);
    expect(await store.get(QUEUE, 'long')).toMatchObject({ state: 'completed', attempt: 1 });
    expect(await store.get(QUEUE, 'short')).toBeUndefined();
    expect(await claim()).toEqual([]);
  });

  test('a job that has failed waits again, and its attempts count', async () => {
    await add('a');
    for (const attempt of [1, 2, 3]) {
      const job = await claimOne();
      expect(job.attempt).toBe(attempt);
      expect(await store.settle(job, { state: 'waiting', delay: 0, error: `Error ${attempt}` })).toBe(true);
      expect(await store.get(QUEUE, 'a')).toMatchObject({
        state: 'waiting',
        attempt,
        error: `Error ${attempt}`,
      });
    }
    await store.settle(await claimOne(), { state: 'waiting', delay: 86_400_000, error: 'late' });
    expect(await claim()).toEqual([]);
  });

  test('a job that was given back waits again, and the attempt does not count', async () => {
    await add('a');
    for (let i = 0; i < 3; i++) {
      const job = await claimOne();
      expect(job.attempt).toBe(1);
      expect(await store.settle(job, { state: 'waiting', delay: 0 })).toBe(true);
    }
    const job = await claimOne();
    await store.settle(job, { state: 'waiting', delay: 0, error: 'failed' });
    expect((await claimOne()).attempt).toBe(2);
  });

  test('lists dead jobs, the latest first, and lets them run again or removes them', async () => {
    for (const id of ['a', 'b', 'c']) {
      await add(id, { priority: 1 });
      await store.settle(await claimOne(), { state: 'dead', error: `Error: ${id}`, keep: 60_000 });
      // So that no two of them die in the same millisecond.
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const list = (limit = 10, offset = 0) => store.listDead(QUEUE, { limit, offset });
    expect(await list()).toMatchObject([
      { id: 'c', state: 'dead', error: 'Error: c', payload: '{"id":"c"}', attempt: 1 },
      { id: 'b' },
      { id: 'a' },
    ]);
    expect(idsOf(await list(1, 1))).toEqual(['b']);
    expect(await list(10, 3)).toEqual([]);
    expect(await claim()).toEqual([]);

    expect(await store.revive(QUEUE, 'b')).toBe(true);
    expect(await store.revive(QUEUE, 'b')).toBe(false);
    expect(await store.revive(QUEUE, 'none')).toBe(false);
    expect(await store.remove(QUEUE, 'a')).toBe(true);
    expect(await store.remove(QUEUE, 'a')).toBe(false);
    expect(idsOf(await list())).toEqual(['c']);
    const revived = await claimOne();
    expect(revived).toMatchObject({ id: 'b', attempt: 1, payload: '{"id":"b"}' });
    await store.settle(revived, { state: 'completed', keep: 60_000 });
    expect((await store.get(QUEUE, 'b'))?.error).toBeUndefined();
  });

  test('dead jobs are forgotten when their time is up', async () => {
    await add('a');
    await store.settle(await claimOne(), { state: 'dead', error: 'x', keep: 0 });
    expect(await store.listDead(QUEUE, { limit: 10, offset: 0 })).toEqual([]);
    expect(await add('a')).toBe(true);
  });

  test('a job whose lease has ended is given again, and the first worker can do nothing with it', async () => {
    await add('a');
    const first = await claimOne(200);
    expect(await claim()).toEqual([]);
    const again: ClaimedJob[] = [];
    await expect
      .poll(async () => {
        again.push(...(await claim(10, LEASE)));
        return again.length;
      })
      .toBe(1);
    expect(again[0]).toMatchObject({ id: 'a', attempt: 2 });
    expect(await store.extend(first, LEASE)).toBe(false);
    await store.report(first, '"from the first"');
    expect(await store.settle(first, { state: 'completed', keep: 0 })).toBe(false);
    expect(await store.get(QUEUE, 'a')).toMatchObject({ state: 'running', attempt: 2 });
    expect((await store.get(QUEUE, 'a'))?.progress).toBeUndefined();
    expect(await store.settle(again[0]!, { state: 'completed', keep: 0 })).toBe(true);
    expect(await store.settle(again[0]!, { state: 'completed', keep: 0 })).toBe(false);
  });

  test('a lease that is extended does not end', async () => {
    await add('kept');
    const kept = await claimOne(300);
    expect(await store.extend(kept, LEASE)).toBe(true);
    // One that is not, to know when the time is up.
    await add('lost');
    await claimOne(400);
    await expect.poll(async () => idsOf(await claim())).toEqual(['lost']);
    expect(await store.settle(kept, { state: 'completed', keep: 60_000 })).toBe(true);
  });

  test('keeps the latest report, until the job is tried again after it was dead', async () => {
    await add('a');
    const job = await claimOne();
    await store.report(job, '{"percent":10}');
    await store.report(job, '{"percent":20}');
    expect((await store.get(QUEUE, 'a'))?.progress).toBe('{"percent":20}');
    await store.settle(job, { state: 'completed', keep: 60_000 });
    await store.report(job, '{"percent":30}');
    expect((await store.get(QUEUE, 'a'))?.progress).toBe('{"percent":20}');
  });

  test('removes jobs that wait, and none that run', async () => {
    await add('waits');
    await add('is-due-later', { delay: 60_000 });
    await add('low', { priority: 3 });
    for (const id of ['waits', 'is-due-later', 'low']) expect(await store.remove(QUEUE, id)).toBe(true);
    expect(await store.get(QUEUE, 'waits')).toBeUndefined();
    await add('runs');
    const job = await claimOne();
    expect(job.id).toBe('runs');
    expect(await store.remove(QUEUE, 'runs')).toBe(false);
    expect(await store.remove(QUEUE, 'none')).toBe(false);
    expect(await store.settle(job, { state: 'waiting', delay: 0 })).toBe(true);
  });

  test('counts the jobs of each state', async () => {
    expect(await store.count(QUEUE)).toEqual({ waiting: 0, running: 0, completed: 0, dead: 0 });
    for (const id of ['a', 'b', 'c', 'd']) await add(id);
    await add('later', { delay: 60_000 });
    await add('low', { priority: 3 });
    const [a, b] = await claim(3);
    await store.settle(a!, { state: 'completed', keep: 60_000 });
    await store.settle(b!, { state: 'dead', error: 'x', keep: 60_000 });
    expect(await store.count(QUEUE)).toEqual({ waiting: 3, running: 1, completed: 1, dead: 1 });
    expect(await store.count('others')).toEqual({ waiting: 0, running: 0, completed: 0, dead: 0 });
  });

  test('keeps the latest time of a schedule', async () => {
    expect(await store.getTick('nightly')).toBeUndefined();
    await store.setTick('nightly', 2000);
    await store.setTick('nightly', 1000);
    await store.setTick('hourly', 500);
    expect([await store.getTick('nightly'), await store.getTick('hourly')]).toEqual([2000, 500]);
  });

  test('many claims at once give no job twice', async () => {
    const ids = Array.from({ length: 60 }, (_, at) => `job-${at}`);
    await Promise.all(ids.map((id) => add(id)));
    const claims = await Promise.all(Array.from({ length: 12 }, () => claim(7)));
    const given = claims.flatMap(idsOf);
    while (given.length < ids.length) given.push(...idsOf(await claim(7)));
    expect(given.sort()).toEqual(ids.sort());
  });
}
