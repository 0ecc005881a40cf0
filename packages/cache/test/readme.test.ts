import { expect, test } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';
import { unnamedOptions } from '../../../tooling/readme/unnamed-options.ts';
import { diskStore } from '../src/disk.ts';
import { createCache, memoryStore, responseCache, tieredStore } from '../src/index.ts';

test('the example of the README runs', async () => {
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    ['Ada 1', '2 { user: { hits: 0, misses: 101, stale: 0, loads: 2, errors: 0 } }', ''].join('\n'),
  );
});

test('the README names every option', async () => {
  const functions = {
    createCache,
    diskStore,
    memoryStore,
    responseCache,
    tieredStore,
    wrap: (options: never) => createCache().wrap('key', options, () => 1),
  };
  expect(await unnamedOptions(new URL('..', import.meta.url), functions)).toEqual([]);
});
