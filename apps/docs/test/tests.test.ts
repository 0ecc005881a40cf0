import { describe, expect, test } from 'vitest';

import { placeOf, readPages } from './pages.ts';
import { writeBlocks } from './write-blocks.ts';

// The tests that pages show are tests, and run here.
const { files } = writeBlocks('tests', readPages(), ['ts']);
const tests = [...files].filter(([, { marks }]) => marks.has('test'));

for (const [file, block] of tests) {
  describe(placeOf(block), async () => {
    await import(/* @vite-ignore */ file);
  });
}

test('there are some', () => {
  expect(tests.length).toBeGreaterThan(0);
});
