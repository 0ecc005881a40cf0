import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    `getUsersById - One user
{"description":"OK","content":{"application/json":{"schema":{"$ref":"#/components/schemas/User"}}}}
[ 'ProblemDetails', 'User', 'ValidationProblem' ]
`,
  );
});
