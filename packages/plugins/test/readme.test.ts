import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    'greeter is up\nGood morning, Ada!\ngreeter is gone\n',
  );
});

test('the example for tracing runs', async () => {
  expect(await runExample(new URL('..', import.meta.url), '## Tracing')).toBe('GET /users/:id 200\n');
});
