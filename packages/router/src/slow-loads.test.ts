import path from 'node:path';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Loaded } from './module-loader.ts';
import { SlowLoads } from './slow-loads.ts';

// Any files that are there.
const A = path.join(import.meta.dirname, 'files.ts');
const B = path.join(import.meta.dirname, 'index.ts');
const HELPER = path.join(import.meta.dirname, 'internal.ts');
const loaded: Loaded = { status: 'fulfilled', value: {} };
const failed: Loaded = { status: 'rejected', reason: new Error('no') };
const never = new Promise<Loaded>(() => undefined);
const goesOn = new AbortController().signal;

let said: string[];
let woken: number;
let slow: SlowLoads;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  [said, woken] = [[], 0];
  slow = new SlowLoads({
    suspectsOf: async (file) => [file, HELPER],
    say: (line) => said.push(line),
    wake: () => (woken += 1),
  });
});
afterEach(() => {
  slow.close();
  vi.useRealTimers();
});

test('what loads at once is not told of', async () => {
  await slow.wait([Promise.resolve(loaded)], [A], goesOn);
  await vi.advanceTimersByTimeAsync(5000);
  expect([said, slow.lines, woken]).toEqual([[], [], 0]);
});

test('a file that is still loading after 2 s is named once, with what it may wait for', async () => {
  const waiting = slow.wait([never, Promise.resolve(loaded)], [A, B], goesOn);
  await vi.advanceTimersByTimeAsync(2000);
  await waiting;
  expect(said).toEqual([
    expect.stringMatching(
      /files\.ts is still loading after 2 s\. The previous routes stay until then\. .* It may be in \S+internal\.ts\.$/,
    ),
  ]);
  expect(slow.lines).toEqual(said);
  // Nobody waits for it a second time.
  await slow.wait([never, Promise.resolve(loaded)], [A, B], goesOn);
  expect(said).toHaveLength(1);
});

test('a newer change ends the wait, and the next look comes when the file has become slow', async () => {
  const newer = new AbortController();
  const waiting = slow.wait([never], [A], newer.signal);
  await vi.advanceTimersByTimeAsync(500);
  newer.abort();
  await waiting;
  expect([said, woken]).toEqual([[], 0]);
  await vi.advanceTimersByTimeAsync(1500);
  expect(woken).toBe(1);
  await slow.wait([never], [A], AbortSignal.abort());
  expect(said).toHaveLength(1);
});

test('a file that is saved again begins anew, and one that has loaded is forgotten', async () => {
  const waiting = slow.wait([never, never], [A, B], goesOn);
  await vi.advanceTimersByTimeAsync(2000);
  await waiting;
  expect(said).toEqual([expect.stringMatching(/files\.ts and \S+index\.ts are still loading/)]);
  slow.begin(new Set([A]));
  // What was said of both still holds for the other one.
  expect(slow.lines).toEqual(said);
  await slow.wait([Promise.resolve(loaded), Promise.resolve(loaded)], [A, B], goesOn);
  expect(slow.lines).toEqual([]);
});

test('a start that waits says so, and ends with the first that fails', async () => {
  let fail = (_value: Loaded): void => undefined;
  const failing = new Promise<Loaded>((resolve) => (fail = resolve));
  const waiting = slow.waitAtStart([never, failing], [A, B], () => new Promise(() => undefined));
  await vi.advanceTimersByTimeAsync(2000);
  expect(said).toEqual([expect.stringMatching(/2 s\. The start waits for it\./)]);
  fail(failed);
  await waiting;
});

test('a start that waits ends with a change', async () => {
  let change = (): void => undefined;
  const waiting = slow.waitAtStart([never], [A], () => new Promise((resolve) => (change = resolve)));
  await vi.advanceTimersByTimeAsync(2000);
  change();
  await waiting;
  expect(said).toHaveLength(1);
});
