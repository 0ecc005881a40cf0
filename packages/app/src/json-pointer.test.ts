import { expect, test } from 'vitest';

import { keysOf, toPointer } from './json-pointer.ts';

class OtherPath extends Array<PropertyKey> {}

test.each<[readonly (PropertyKey | { key: PropertyKey })[] | undefined, string]>([
  [undefined, ''],
  [[], ''],
  [['name'], '/name'],
  [['items', 0, 'name'], '/items/0/name'],
  [[''], '/'],
  [['a/b', 'm~n'], '/a~1b/m~0n'],
  [[{ key: 'items' }, { key: 0 }, { key: 'name' }], '/items/0/name'],
  [['a', Symbol('s')], '/a/Symbol(s)'],
  [['__proto__', 'x'], '/__proto__/x'],
  [new OtherPath(), ''],
  [['x'.repeat(65)], `/${'x'.repeat(63)}…`],
])('the path %j is the pointer %j', (path, pointer) => {
  expect(toPointer(keysOf({ path }))).toBe(pointer);
});

test('is never longer than 256 characters', () => {
  expect(toPointer(Array.from({ length: 1000 }, () => 'abc'))).toHaveLength(256);
});
