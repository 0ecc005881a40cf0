import { expect, test } from 'vitest';
import { z } from 'zod';

import { pathOf, toFieldIssues, validate } from './validate.ts';

test.each<[(PropertyKey | { key: PropertyKey })[] | undefined, string]>([
  [undefined, ''],
  [[], ''],
  [['name'], 'name'],
  [['items', 0, 'name'], 'items[0].name'],
  [[3, 'id'], '[3].id'],
  [['a', 1, 2], 'a[1][2]'],
  [[{ key: 'items' }, { key: 0 }, { key: 'name' }], 'items[0].name'],
  [['a', Symbol('s')], 'a.Symbol(s)'],
  [['__proto__', 'x'], '__proto__.x'],
])('the path %j is written %j', (path, written) => {
  expect(pathOf({ message: '', ...(path && { path }) })).toBe(written);
});

test('issues say where they are', () => {
  expect(toFieldIssues('query', [{ message: 'too small', path: ['limit'] }, { message: 'no' }])).toEqual([
    { in: 'query', path: 'limit', message: 'too small' },
    { in: 'query', path: '', message: 'no' },
  ]);
});

test('gives a promise only where the schema is asynchronous', async () => {
  expect(validate(z.coerce.number(), '7')).toEqual({ value: 7 });
  const later = z.string().transform(async (text) => text.length);
  expect(await validate(later, 'abc')).toEqual({ value: 3 });
});
