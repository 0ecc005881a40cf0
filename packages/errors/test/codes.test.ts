import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

import { ERROR_CODES } from '../src/codes.ts';
import { codeOf } from '../src/status.ts';

const packages = path.resolve(import.meta.dirname, '../..');
const own = path.join(packages, 'errors/src/codes.ts');
const files = readdirSync(packages).flatMap((folder) => sourcesOf(path.join(packages, folder, 'src')));
const table = Object.keys(ERROR_CODES);

test('every code in the sources is in the table', () => {
  const named = files.flatMap(({ file, text }) =>
    [...text.matchAll(/ERR_BLAIZE_[A-Z_]*[A-Z]/g)].map(([code]) => ({ file, code })),
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(({ code }) => !table.includes(code))).toEqual([]);
});

test('every status that is answered with has its code in the table', () => {
  const made = statuses().map((status) => codeOf(status));
  expect(made.length).toBeGreaterThan(10);
  expect(made.filter((code) => !table.includes(code))).toEqual([]);
});

test('every code in the table is thrown somewhere', () => {
  const literals = files.flatMap(({ text }) =>
    [...text.matchAll(/'(ERR_BLAIZE_\w+)'/g)].map(([, code]) => code),
  );
  const used = new Set([...literals, ...statuses().map((status) => codeOf(status))]);
  expect(table.filter((code) => !used.has(code))).toEqual([]);
});

test.each(Object.entries(ERROR_CODES))('%s is explained in one line', (_code, meaning) => {
  expect(meaning).toMatch(/^[a-z`A-Z][^\n]{10,110}[^.\n]$/);
});

/** The statuses that errors are made with, in one of our classes or without one. */
function statuses(): number[] {
  return files.flatMap(({ text }) =>
    [...text.matchAll(/(?:super|new HttpError)\(\s*([45]\d\d)\b/g)].map(([, status]) => Number(status)),
  );
}

function sourcesOf(folder: string): { file: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.test|\.test-d)\.ts$/.test(file) && path.join(folder, file) !== own)
    .map((file) => ({ file, text: readFileSync(path.join(folder, file), 'utf8') }));
}
