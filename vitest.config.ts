import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Not one less than there are cores, as is its default: on two, half of the time would be spent waiting.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: ['packages/*', 'apps/*', 'tooling'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.test-d.ts', 'packages/types/**'],
      // json-summary is what tooling/test/run.mjs reads.
      reporter: [['text', { skipFull: true }], 'json-summary', 'lcov'],
    },
  },
});
