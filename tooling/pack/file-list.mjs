/**
 * The contents of a package, as kept in `expected/`: a list that changes whenever users get other files. All sources are one
 * entry, and so are the bundler's chunks, whose names contain a hash.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'expected');

/**
 * @param {readonly string[]} contents paths inside the package
 * @returns {string[]}
 */
export function fileList(contents) {
  const folded = contents.map((path) =>
    path
      .replace(/^src\/.*\.ts$/, 'src/**/*.ts')
      .replace(/-(?=[\w-]*[A-Z\d])[\w-]{8}(?=\.(js|d\.ts)(\.map)?$)/, '-*'),
  );
  return [...new Set(folded)].sort();
}

/**
 * @param {string} folder of the package
 * @param {readonly string[]} contents
 * @returns {string[]} the differences from the expected list, one line each
 */
export function differences(folder, contents) {
  const file = join(FOLDER, `${folder}.txt`);
  const expected = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  const actual = fileList(contents);
  return [
    ...expected.filter((path) => !actual.includes(path)).map((path) => `- ${path}`),
    ...actual.filter((path) => !expected.includes(path)).map((path) => `+ ${path}`),
  ];
}

/** @param {string} folder of the package @param {readonly string[]} contents */
export function expect(folder, contents) {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${folder}.txt`), `${fileList(contents).join('\n')}\n`);
}
