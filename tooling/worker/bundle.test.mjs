import { expect, test } from 'vitest';

import { bundleWorker, FORBIDDEN } from './bundle.mjs';

test('an app from createApp brings nothing that a worker does not have', async () => {
  const { imports } = await bundleWorker();
  expect(imports.filter((name) => FORBIDDEN.includes(name.replace('node:', '')))).toEqual([]);
  expect(imports).toContain('node:async_hooks');
});
