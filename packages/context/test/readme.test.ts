import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    "201 { hello: 'Ada', loud: 'yes' }\ngreeted=Ada; Path=/; HttpOnly; Secure; SameSite=Lax\n",
  );
});
