import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    'greeter is up\nGood morning, Ada!\ngreeter is gone\n',
  );
});

test('the example for tracing runs', async () => {
  // The app depends on this package, which therefore cannot depend on it.
  const installed = new URL('../../../apps/docs/', import.meta.url);
  const printed = await runExample(new URL('..', import.meta.url), { heading: '## Tracing', installed });
  expect(printed).toBe('GET /users/:id 200\n');
});
