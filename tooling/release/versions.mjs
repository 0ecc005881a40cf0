/** @import { Manifest } from '../workspace.mjs' */

/** @typedef {Record<string, string>} Versions by package */

/**
 * The packages that are released together with one: itself, and all that depend on it.
 *
 * @param {readonly Manifest[]} manifests
 * @param {string} name
 * @returns {Set<string>}
 */
export function movedWith(manifests, name) {
  const moved = new Set([name]);
  for (const one of moved) {
    for (const { name: other, dependencies = {} } of manifests) if (one in dependencies) moved.add(other);
  }
  return moved;
}

/**
 * A package that is suitable for the test: some packages depend on it, one of them only indirectly, and some do not.
 *
 * @param {readonly Manifest[]} manifests
 */
export function telling(manifests) {
  const moves = manifests
    .map(({ name }) => ({ name, count: movedWith(manifests, name).size }))
    .filter(({ count }) => count > 3 && count < manifests.length)
    .sort((a, b) => a.count - b.count);
  if (!moves[0]) throw new Error('There is no package on which some, but not all, others depend.');
  return moves[0].name;
}

/**
 * The versions in a lockfile of npm or pnpm.
 *
 * @param {string} lockfile the text of the lockfile
 * @returns {Record<string, string[]>} versions by package; several if there are copies
 */
export function lockedVersions(lockfile) {
  /** @type {[string, string][]} */
  const found = lockfile.startsWith('{')
    ? Object.entries(JSON.parse(lockfile).packages)
        .filter(([path]) => path !== '')
        .map(([path, { version }]) => [path.slice(path.lastIndexOf('node_modules/') + 13), version])
    : [
        ...(/^packages:\n(.*?)^\S/ms.exec(lockfile)?.[1] ?? '').matchAll(
          /^ {2}'?(@?[^@'\n]+)@([^:'\n]+)'?:$/gm,
        ),
      ].map(([, name = '', version = '']) => [name, version]);
  /** @type {Record<string, string[]>} */
  const versions = {};
  for (const [name, version] of found) {
    const known = (versions[name] ??= []);
    if (!known.includes(version)) known.push(version);
  }
  return versions;
}

/**
 * @param {Record<string, string[]>} before
 * @param {Record<string, string[]>} after
 * @returns {string[]} the packages whose versions differ, sorted
 */
export function changed(before, after) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name]?.join() !== after[name]?.join())
    .sort();
}
