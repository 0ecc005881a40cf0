import { expect, test } from 'vitest';

import { createContext } from './create-context.ts';
import { addVary } from './vary.ts';

const varyAfter = (before: string | readonly string[] | undefined, ...names: readonly string[]) => {
  const { response } = createContext(new Request('http://localhost/'));
  response.header('vary', before);
  for (const name of names) addVary(response, name);
  return response.get('vary');
};

test.each([
  [undefined, ['Origin'], 'Origin'],
  [undefined, ['Origin', 'Accept'], 'Origin, Accept'],
  ['Accept', ['Origin'], 'Accept, Origin'],
  [['Accept', 'Cookie'], ['Origin'], 'Accept, Cookie, Origin'],
  ['accept, origin', ['Origin'], 'accept, origin'],
  ['Accept', ['Accept, Origin'], 'Accept, Origin'],
  ['Origin', ['Origin'], 'Origin'],
  ['*', ['Origin'], '*'],
  ['Accept, *', ['Origin'], 'Accept, *'],
])('%j and %j are %j', (before, names, after) => {
  expect(varyAfter(before, ...names)).toBe(after);
});
