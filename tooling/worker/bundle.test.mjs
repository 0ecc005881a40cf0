import { expect, test } from 'vitest';

import { bundleWorker, FORBIDDEN } from './bundle.mjs';

test('an app from createApp imports nothing that a worker lacks', async () => {
  const { imports } = await bundleWorker();
  expect(imports.filter((name) => FORBIDDEN.includes(name.replace('node:', '')))).toEqual([]);
  expect(imports).toContain('node:async_hooks');
});
