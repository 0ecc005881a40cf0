import { expect, test } from 'vitest';

import { changes } from './changes.mjs';

test('what is more, less, new or gone is told, sorted by its name', () => {
  const before = { socket: 3, timer: 1, pipe: 2, file: 1 };
  const after = { socket: 5, timer: 0, pipe: 2, handler: 1 };
  expect(changes(before, after)).toEqual([
    'file: 1, then 0',
    'handler: 0, then 1',
    'socket: 3, then 5',
    'timer: 1, then 0',
  ]);
});

test('what is not there, and none of it, are the same', () => {
  expect(changes({ session: 0 }, { timer: 0 })).toEqual([]);
});
