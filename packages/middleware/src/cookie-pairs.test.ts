import { expect, test } from 'vitest';

import { cookiePairs } from './cookie-pairs.ts';

test('gives all pairs in their order, as they were sent', () => {
  const header = 'a=1; b="2"; a=%33;c==4 ;;d; __Host-a =5;=6;\t__proto__=7';
  expect([...cookiePairs(header)]).toEqual([
    ['a', '1'],
    ['b', '"2"'],
    ['a', '%33'],
    ['c', '=4'],
    ['', ''],
    ['d', ''],
    // Not the cookie that browsers protect.
    ['__Host-a ', '5'],
    ['', '6'],
    ['__proto__', '7'],
  ]);
  expect([...cookiePairs(undefined)]).toEqual([]);
});
