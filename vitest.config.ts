import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
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
