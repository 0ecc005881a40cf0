import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    'OUT_OF_STOCK: tea is sold out.\n500 Internal Server Error, exposed: false\nthe request conflicts with the current state\n',
  );
});
