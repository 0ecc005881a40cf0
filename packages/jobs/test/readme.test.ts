import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  const output = await runExample(new URL('..', import.meta.url));
  expect(output.replace(/key-[\w-]{43}/, 'key-…').split('\n')).toEqual([
    ...['attempt 1: ada@example.com', 'attempt 2: ada@example.com', 'completed'],
    ...["true { id: 'key-…', isNew: false }", ''],
  ]);
});
