import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    "GET /health []\nGET /users/:id [ 'id' ]\n/users/:id ada l full=1\nundefined\n400\n",
  );
});
