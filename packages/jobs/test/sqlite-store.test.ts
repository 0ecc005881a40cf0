import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { sqliteJobs } from '../src/sqlite.ts';
import { testJobStore } from './store-contract.ts';

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jobs-sqlite-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const url = (): string => `file:${join(folder, `${(files += 1)}.db`)}`;
const job = (id: string, delay = 0) => ({ id, queue: 'q', payload: '1', priority: 2, delay });

describe('sqliteJobs()', () => {
  testJobStore(() => {
    const store = sqliteJobs({ url: url() });
    return { store, [Symbol.asyncDispose]: () => store.close!() };
  });
});

test('jobs are there after the file was closed, and are shared with who else has it open', async () => {
  const at = url();
  const [first, second] = [sqliteJobs({ url: at }), sqliteJobs({ url: at })];
  await first.open?.([]);
  await first.add(job('a'));
  await first.add(job('b'));
  await first.setTick('nightly', 5);
  await first.close?.();
  await second.open?.([]);
  await first.open?.([]);
  const claims = await Promise.all([first, second].map((each) => each.claim('q', { limit: 1, lease: 9000 })));
  expect(claims.flatMap(({ jobs }) => jobs.map(({ id }) => id)).sort()).toEqual(['a', 'b']);
  expect(await second.getTick('nightly')).toBe(5);
  await first.close?.();
  await second.close?.();
});

test('a lease ends although the clock went back', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const store = sqliteJobs({ url: url() });
    await store.open?.([]);
    await store.add(job('a'));
    await store.claim('q', { limit: 1, lease: 10_000 });
    vi.setSystemTime(Date.now() - 3_600_000);
    expect((await store.claim('q', { limit: 1, lease: 10_000 })).jobs).toMatchObject([
      { id: 'a', attempt: 2 },
    ]);
    // A small step changes nothing.
    vi.setSystemTime(Date.now() - 5000);
    expect((await store.claim('q', { limit: 1, lease: 10_000 })).jobs).toEqual([]);
    // And after a step forward, a lease has ended.
    vi.setSystemTime(Date.now() + 3_600_000);
    expect((await store.claim('q', { limit: 1, lease: 10_000 })).jobs).toMatchObject([
      { id: 'a', attempt: 3 },
    ]);
    await store.close?.();
  } finally {
    vi.useRealTimers();
  }
});

test('says what is wrong if the file cannot be opened or is closed', async () => {
  const store = sqliteJobs({ url: `file:${join(folder, 'none', 'jobs.db')}` });
  await expect(store.open?.([])).rejects.toThrow(/unable to open|ConnectionFailed/i);
  await expect(Promise.resolve().then(() => store.count('q'))).rejects.toThrow('The file is not open.');
  await store.close?.();
});

test('refuses what is no file, and unknown options', () => {
  expect(() => sqliteJobs({ url: 'https://example.com' })).toThrow('url: expected the URL of a file');
  expect(() => sqliteJobs({ url: 'file:a', table: 'x' } as never)).toThrow('one of the options url');
});
