import { expect, test } from 'vitest';

import { RefusalCost } from './refusal-cost.ts';

/** @param gaps milliseconds from a refusal to the next request */
function refuse(cost: RefusalCost, gaps: readonly number[], times: number): void {
  let now = 0;
  for (let i = 0; i < times; i++) {
    cost.refused(now);
    now += gaps[i % gaps.length] ?? 0;
    cost.arrived(now);
  }
}

test('is the time to the next request, if they come in one go', () => {
  const cost = new RefusalCost();
  refuse(cost, [0.3], 1000);
  cost.take();
  refuse(cost, [0.3], 100);
  expect(cost.spent).toBeCloseTo(30, 0);
  expect(cost.take()).toBeCloseTo(30, 0);
  expect(cost.take()).toBe(0);
});

test('does not count what was done or waited for in between', () => {
  const cost = new RefusalCost();
  refuse(cost, [0.2, 0.2, 50, 5], 5000);
  cost.take();
  refuse(cost, [0.2], 10);
  expect(cost.spent).toBeCloseTo(2, 0);
});

test('is never more than five milliseconds each', () => {
  const cost = new RefusalCost();
  refuse(cost, [100], 1000);
  cost.take();
  refuse(cost, [100], 10);
  expect(cost.spent).toBeLessThanOrEqual(50);
});
