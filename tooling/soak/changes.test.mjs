import { expect, test } from 'vitest';

import { changes } from './changes.mjs';

test('lists what has increased, decreased, appeared or disappeared, sorted by name', () => {
  const before = { socket: 3, timer: 1, pipe: 2, file: 1 };
  const after = { socket: 5, timer: 0, pipe: 2, handler: 1 };
  expect(changes(before, after)).toEqual([
    'file: 1, then 0',
    'handler: 0, then 1',
    'socket: 3, then 5',
    'timer: 1, then 0',
  ]);
});

test('a missing count is the same as 0', () => {
  expect(changes({ session: 0 }, { timer: 0 })).toEqual([]);
});
