import { expect, test } from 'vitest';

import { pivot, table } from './table.mjs';

test('numbers are right-aligned, everything else is left-aligned', () => {
  expect(
    table(
      ['kind', 'count'],
      [
        ['one', 1],
        ['another', 12_345],
      ],
    ).split('\n'),
  ).toEqual(['kind     count', '───────  ─────', 'one          1', 'another  12345']);
});

test('cells are in the row and column of their names', () => {
  const cells = [
    { row: 'upload', column: 'HTTP/2', cell: '2' },
    { row: 'get', column: 'HTTP/1.1', cell: '1' },
  ];
  expect(pivot('kind', cells).split('\n')).toEqual([
    'kind    HTTP/1.1  HTTP/2',
    '──────  ────────  ──────',
    'get     1',
    'upload            2',
  ]);
});
