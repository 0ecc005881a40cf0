/** @import { Manifest } from '../workspace.mjs' */

const REPOSITORY = 'https://github.com/jleajones/blaize';

/**
 * Missing or wrong fields of a manifest that npm, bundlers and users need.
 *
 * @param {string} path of the package in the repository
 * @param {Manifest} manifest
 * @returns {string[]} one sentence each
 */
export function missingMetadata(path, manifest) {
  const all = /** @type {Record<string, unknown>} */ ({ ...manifest });
  /** @type {Record<string, unknown>} */
  const fixed = {
    license: 'MIT',
    type: 'module',
    homepage: `${REPOSITORY}/tree/main/${path}#readme`,
    bugs: `${REPOSITORY}/issues`,
    repository: { type: 'git', url: `git+${REPOSITORY}.git`, directory: path },
    engines: { node: '>=20.19' },
    publishConfig: { access: 'public', provenance: true },
  };
  const problems = Object.entries(fixed)
    .filter(([field, value]) => JSON.stringify(all[field]) !== JSON.stringify(value))
    .map(([field, value]) => `${field} is not ${JSON.stringify(value)}`);
  for (const field of ['description', 'author', 'keywords', 'files', 'sideEffects', 'exports']) {
    if (!(field in all)) problems.push(`${field} is missing`);
  }
  for (const [path, entry] of Object.entries(manifest.exports ?? {})) {
    if (typeof entry === 'string') continue;
    // Conditions are tried in order.
    const conditions = Object.keys(entry).filter((condition) => condition !== '@blaizejs/source');
    if (conditions[0] !== 'types') problems.push(`exports["${path}"] does not have its types first`);
    if (conditions.at(-1) !== 'default') problems.push(`exports["${path}"] does not end with default`);
  }
  return problems;
}
