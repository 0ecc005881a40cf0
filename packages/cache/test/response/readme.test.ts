import { expect, test } from 'vitest';

import { runExample } from '../../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('../..', import.meta.url))).toBe('1 0\nblaize; fwd=uri-miss; stored\n');
});
