import fc from 'fast-check';
import findMyWay from 'find-my-way';
import { expect, test } from 'vitest';

import { keysOf, readPattern } from './route-pattern.ts';

test.each([
  ['/', []],
  ['/users/:id', ['id']],
  ['/users/:id/files/*', ['id', '*']],
  ['/:a-:b.:c', ['a', 'b', 'c']],
  ['/users/:id?', ['id']],
  ['/users/:id?/', ['id']],
  ['/a::b/:c', ['c']],
  ['/:id(^(?:a|b*\\)):x)/:next', ['id', 'next']],
  ['/:hour(^\\d{2})h:minute(^\\d{2})m', ['hour', 'minute']],
])('the parameters of %s are %j', (pattern, names) => {
  expect(readPattern(pattern).names).toEqual(names);
});

test.each([
  ['/', ['/']],
  ['/a::b/:c(\\d+)px/*', ['/a:b/', { name: 'c' }, 'px/', { name: '*' }]],
  ['/:a-:b?', ['/', { name: 'a' }, '-', { name: 'b' }]],
])('the parts of %s are %j', (pattern, parts) => {
  expect(readPattern(pattern).parts).toEqual(parts);
});

test("they agree with find-my-way's", () => {
  const piece = fc.constantFrom('/', '/a', '/:b', ':c', '-', '.', '::', '(^\\d+)', '(^(?:x|y))', '/*', ':d?');
  fc.assert(
    fc.property(fc.string({ unit: piece }), (rest) => {
      const pattern = `/${rest}`;
      const router = findMyWay();
      try {
        router.on('GET', pattern, () => undefined);
      } catch {
        // Not a pattern.
        return;
      }
      const { routes } = router as unknown as { routes: readonly { params: string[] }[] };
      // The first form has the optional parameter.
      expect(readPattern(pattern).names).toEqual(routes[0]?.params);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['/users/:id', ['GET /users/:']],
  ['/users/:id?', ['GET /users/:', 'GET /users']],
  ['/users/:id?/', ['GET /users/:/', 'GET /users/']],
  ['/:id?', ['GET /:', 'GET /']],
  ['/a::b', ['GET /a::b']],
])('%s serves the same as %j', (pattern, keys) => {
  expect(keysOf('GET', pattern, {})).toEqual(keys);
});
