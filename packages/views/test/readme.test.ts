import { expect, test } from 'vitest';
import { z } from 'zod';

import { runExample } from '../../../tooling/readme/run-example.ts';
import { unnamedOptions } from '../../../tooling/readme/unnamed-options.ts';
import { createViews } from '../src/eta.ts';
import { flash } from '../src/flash.ts';
import { form } from '../src/index.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    [
      '422 text/html; charset=utf-8',
      '<b>What is your name?</b> <a href="about:invalid">javascript:alert(&quot;&lt;i&gt;&quot;)</a>',
      '',
    ].join('\n'),
  );
});

test('the README names every option', async () => {
  const functions = { createViews, flash, form: (options: never) => form(z.object({}), options) };
  expect(await unnamedOptions(new URL('..', import.meta.url), functions)).toEqual([]);
});
