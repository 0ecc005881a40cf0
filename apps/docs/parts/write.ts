import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { benchmarkSection } from './benchmark.ts';
import { errorCodeTables } from './error-codes.ts';
import { limitsIn, limitsTable } from './limits.ts';

/** Writes the parts of pages that are made of other files of the repository to `.blaize/parts`. */
export function writeParts(root: string): void {
  const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
  const results = 'tooling/benchmark/RESULTS.md';
  const parts = {
    'limits.md': limitsTable(limitsIn(read('packages/types/src/limits.ts'))),
    'error-codes.md': errorCodeTables(read('packages/errors/src/codes.ts')),
    'benchmark.md': benchmarkSection(existsSync(path.join(root, results)) ? read(results) : undefined),
  };
  const folder = path.join(root, 'apps/docs/.blaize/parts');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(parts)) writeFileSync(path.join(folder, name), text);
}
