import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    '{"title":"My cat","photo":"cat.png","bytes":3,"tags":["cats"]}\n',
  );
});
