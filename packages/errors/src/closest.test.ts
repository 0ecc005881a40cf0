import fc from 'fast-check';
import { expect, test } from 'vitest';

import { closest } from './closest.ts';

const KNOWN = ['port', 'host', 'routesDir', 'bodyLimit', 'handlerTimeout', 'middleware'];

test.each([
  ['prot', 'port'],
  ['PORT', 'port'],
  ['hots', 'host'],
  ['routeDir', 'routesDir'],
  ['routesdir', 'routesDir'],
  ['body_limit', 'bodyLimit'],
  ['middlewares', 'middleware'],
  ['handlerTimeOutMs', 'handlerTimeout'],
])('%s is meant to be %s', (name, meant) => {
  expect(closest(name, KNOWN)).toBe(meant);
});

test.each([
  ['cors', 'port'],
  ['a', 'in'],
])('%s is another word than %s', (name, other) => {
  expect(closest(name, [other])).toBeUndefined();
});

test.each(['xyzzy', 'unheardOf', 'a', 'certificate'])('%s is meant to be nothing that there is', (name) => {
  expect(closest(name, ['routesDir', 'bodyLimit'])).toBeUndefined();
});

test('among nothing there is nothing near', () => {
  expect(closest('port', [])).toBeUndefined();
});

test('a name that there is, is the nearest to itself', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 }), (known) => {
      for (const name of known) expect(closest(name, known)).toBe(name);
    }),
  );
});
