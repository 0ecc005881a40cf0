import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    [
      '200 ada has the plan pro.',
      '401 Bearer',
      '401 Bearer error="invalid_token", error_description="The token has expired."',
      '403 Bearer error="insufficient_scope", scope="reports:read"',
      '',
    ].join('\n'),
  );
});
