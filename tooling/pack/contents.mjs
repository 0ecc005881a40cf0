/** @import { Manifest } from '../workspace.mjs' */

/**
 * The problems of a packed package. A pure function of its manifest and file names.
 *
 * @param {Manifest} manifest as packed
 * @param {readonly string[]} contents paths inside the package
 * @returns {string[]} one sentence each
 */
export function problemsOf(manifest, contents) {
  const files = new Set(contents);
  const problems = [];

  const { dependencies, devDependencies, peerDependencies, optionalDependencies } = manifest;
  for (const [name, range] of Object.entries({
    ...devDependencies,
    ...optionalDependencies,
    ...peerDependencies,
    ...dependencies,
  })) {
    if (range.startsWith('workspace:')) problems.push(`${name} still has the range "${range}"`);
  }
  for (const target of targetsOf(manifest)) {
    if (!files.has(target)) problems.push(`exports names ${target}, which is not in the tarball`);
  }
  for (const name of ['README.md', 'LICENSE']) {
    if (!files.has(name)) problems.push(`${name} is missing`);
  }
  for (const path of contents) {
    // A template is an app, and has tests.
    if (path.startsWith('templates/')) continue;
    if (/(^|\/)test\/|\.(test|test-d|bench)\./.test(path)) problems.push(`${path} is a test`);
  }
  return problems;
}

/**
 * The files that `exports` names, under any condition.
 *
 * @param {Manifest} manifest
 */
function targetsOf({ exports = {} }) {
  const targets = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? entry : Object.values(entry),
  );
  return new Set(targets.map((target) => target.replace('./', '')));
}

/**
 * The specifiers under which a package can be imported as a module.
 *
 * @param {Manifest} manifest
 */
export function specifiersOf({ name, exports = {} }) {
  return Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => name + path.slice(1));
}
