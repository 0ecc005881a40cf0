import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    [
      '422 text/html; charset=utf-8',
      '<b>What is your name?</b> <a href="about:invalid">javascript:alert(&quot;&lt;i&gt;&quot;)</a>',
      '',
    ].join('\n'),
  );
});
