import { expect, test } from 'vitest';

import { order } from './target.ts';

const hosts = (targets: readonly { host: string }[]): string => targets.map(({ host }) => host).join('');

test('priority comes first, and chance decides within it', () => {
  const targets = [
    { host: 'c', port: 1, priority: 2 },
    { host: 'a', port: 1, priority: 1, weight: 3 },
    { host: 'b', port: 1, priority: 1, weight: 1 },
  ];
  expect(hosts(order(targets, () => 0))).toBe('abc');
  expect(hosts(order(targets, () => 0.74))).toBe('abc');
  expect(hosts(order(targets, () => 0.76))).toBe('bac');
  expect(hosts(order(targets, () => 0.999_999))).toBe('bac');
});

test('a weight of 0 is chosen now and then', () => {
  const targets = [
    { host: 'a', port: 1, weight: 1 },
    { host: 'b', port: 1, weight: 0 },
  ];
  expect(hosts(order(targets, () => 0.5))).toBe('ab');
  expect(hosts(order(targets, () => 0.995))).toBe('ba');
});
