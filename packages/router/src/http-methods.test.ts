import { METHODS } from 'node:http';

import { expect, test } from 'vitest';

import { isKnownMethod } from './http-methods.ts';
import { RouteTable } from './route-table.ts';

test.each(METHODS)("Node's %s is known, and a route can have it", (method) => {
  expect(isKnownMethod(method)).toBe(true);
  const table = new RouteTable<string>();
  table.add(method, '/a', method);
  expect(table.find(method, '/a')).toMatchObject({ entry: method });
});

test.each([
  ['QUERY', true],
  ['get', false],
  ['FETCH', false],
  ['constructor', false],
  ['', false],
])('isKnownMethod(%j) is %s', (method, is) => {
  expect(isKnownMethod(method)).toBe(is);
});
