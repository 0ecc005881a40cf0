import { expect, it } from 'vitest';

import { publicPackages } from '../workspace.mjs';
import { missingMetadata } from './metadata.mjs';

const packages = publicPackages().map(({ path, manifest }) => /** @type {const} */ ([path, manifest]));
const [[path, manifest]] = /** @type {[typeof packages[number]]} */ (packages);

it.each(packages)('%s says all of itself', (path, manifest) => {
  expect(missingMetadata(path, manifest)).toEqual([]);
});

it.each(['license', 'repository', 'engines', 'publishConfig', 'description', 'keywords', 'sideEffects'])(
  'misses %s',
  (field) => {
    const rest = Object.fromEntries(Object.entries(manifest).filter(([name]) => name !== field));
    expect(missingMetadata(path, { ...rest, name: manifest.name, version: manifest.version })).toEqual([
      expect.stringMatching(`^${field} is`),
    ]);
  },
);

it('requires types before code', () => {
  const exports = { '.': { default: './dist/index.js', types: './dist/index.d.ts' } };
  expect(missingMetadata(path, { ...manifest, exports })).toEqual([
    'exports["."] does not have its types first',
    'exports["."] does not end with default',
  ]);
});
