import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    '200 Hello Ada app x-user\n401 {"code":"no-user"} app x-user\n',
  );
});
