import { expect, it } from 'vitest';

import { inParallel } from './pool.mjs';

const soon = () => new Promise((resolve) => setImmediate(resolve));

it('does all, and never more at a time than it may', async () => {
  /** @type {number[]} */
  const done = [];
  let running = 0;
  let most = 0;
  await inParallel([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++running);
    await soon();
    running--;
    done.push(item);
  });
  expect(done).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

it('begins no more when one has failed', async () => {
  /** @type {number[]} */
  const begun = [];
  const work = inParallel([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item);
    await soon();
    if (item === 2) throw new Error('no');
    await soon();
  });
  await expect(work).rejects.toThrow('no');
  expect(begun).toEqual([1, 2]);
});
