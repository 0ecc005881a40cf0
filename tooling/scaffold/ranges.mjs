/** @import { Manifest } from '../workspace.mjs' */

/** @typedef {Record<string, 'major' | 'minor' | 'patch'>} Releases how packages are released, by their names */

/**
 * The releases of the pending changesets.
 *
 * @param {readonly string[]} changesets the text of each
 * @returns {Releases} the largest kind of change for each package
 */
export function releasesIn(changesets) {
  const order = /** @type {const} */ (['major', 'minor', 'patch']);
  /** @type {Releases} */
  const releases = {};
  for (const kind of order.toReversed()) {
    for (const text of changesets) {
      const [, head = ''] = /^---\n(.*?)^---$/ms.exec(text) ?? [];
      for (const [, name = ''] of head.matchAll(new RegExp(`^['"](.+)['"]: ${kind}$`, 'gm')))
        releases[name] = kind;
    }
  }
  return releases;
}

/**
 * New apps get the versions that are in the devDependencies of create-blaizejs. Changesets releases nothing for a
 * devDependency, so a version outside of that range would not reach new apps.
 *
 * @param {Manifest} maker the package.json of create-blaizejs
 * @param {readonly Manifest[]} packages all
 * @param {Releases} releases
 * @returns {string[]} the packages for which create-blaizejs must be released too, but is not
 */
export function outOfReach({ name, devDependencies = {} }, packages, releases) {
  if (name in releases) return [];
  return packages
    .filter((each) => each.name in devDependencies && leavesRange(each.version, releases[each.name]))
    .map((each) => each.name);
}

/**
 * Whether the next version is outside of `^version`.
 *
 * @param {string} version
 * @param {Releases[string] | undefined} kind
 */
function leavesRange(version, kind) {
  if (kind === undefined) return false;
  const stable = version.split('.').findIndex((part) => part !== '0');
  const fixed = stable === -1 ? 2 : stable;
  return ['major', 'minor', 'patch'].indexOf(kind) <= fixed;
}
