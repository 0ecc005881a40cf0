import { expect, it } from 'vitest';

import { actionsOn, allPages, blocksLeftOut, WALKTHROUGHS } from './walkthroughs.mjs';

it.each(allPages())('the commands on %s are run by something, or marked `unchecked`', (page) => {
  const places = blocksLeftOut(page).map(({ line }) => `${page}:${line}`);
  expect(places).toEqual([]);
});

it.each(WALKTHROUGHS)('$name has commands, and compares what they print', ({ pages }) => {
  const actions = pages.flatMap(actionsOn);
  expect(actions.filter(({ kind }) => kind === 'run' || kind === 'serve')).not.toEqual([]);
  expect(actions.filter((action) => action.kind === 'run' && action.prints !== undefined)).not.toEqual([]);
});
