import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe('200 Hello Ada, from 192.0.2.1\n');
});
