import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

import { LongestFirst } from './tooling/presets/longest-first.ts';

// Each package on its own, and none where only a part of its tests runs.
const packages = process.env['BLAIZE_TEST_PARTIAL'] ? [] : readdirSync('packages');

export default defineConfig({
  test: {
    // One for each core, where the default is one fewer.
    maxWorkers: Math.max(2, availableParallelism()),
    sequence: { sequencer: LongestFirst },
    projects: ['packages/*', 'apps/*', 'tooling'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.test-d.ts', 'packages/types/**'],
      reporter: [['text', { skipFull: true }], 'lcov'],
      thresholds: Object.fromEntries(packages.map((folder) => [`packages/${folder}/src/**`, { lines: 90 }])),
    },
  },
});
