import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';
import { unnamedOptions } from '../../../tooling/readme/unnamed-options.ts';
import { multipart } from '../src/index.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    '{"title":"My cat","photo":"cat.png","bytes":3,"tags":["cats"]}\n',
  );
});

test('the README names every option', async () => {
  const functions = { multipart };
  expect(await unnamedOptions(new URL('..', import.meta.url), functions)).toEqual([]);
});
