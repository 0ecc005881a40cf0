import { expect, test } from 'vitest';

import { mixesKeyKinds } from './key-kinds.ts';

test.each([
  ['20.20.2', false],
  ['22.23.5', false],
  ['24.19.9', false],
  ['24.20.0', true],
  ['25.9.0', false],
  ['26.6.0', false],
  ['26.7.0', true],
  ['28.0.0', true],
])('Node %s: %s', (version, mixes) => {
  expect(mixesKeyKinds(version)).toBe(mixes);
});
