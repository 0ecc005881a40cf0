import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    ['Ada 1', '2 { user: { hits: 0, misses: 101, stale: 0, loads: 2, errors: 0 } }', ''].join('\n'),
  );
});
