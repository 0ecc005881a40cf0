import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    '200 Hello Ada! Hello Ada! greetings\n400 Bad Request greetings\n404 Not Found greetings\n',
  );
});
