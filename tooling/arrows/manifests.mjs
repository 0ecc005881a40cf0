/** Each package.json against the arrows, and against what its sources import. Run by `pnpm lint`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { members } from '../workspace.mjs';
import { ARROWS, isInternal, MAKERS, mayImport, packageOf } from './table.mjs';

/** @import { Manifest } from '../workspace.mjs' */

/**
 * @param {string} folder
 * @param {Manifest} manifest
 * @param {ReadonlySet<string>} imported the packages that its sources import
 * @returns {string[]} what is wrong, one sentence each
 */
export function problemsOf(folder, manifest, imported) {
  const { name, dependencies = {}, peerDependencies = {}, devDependencies = {} } = manifest;
  /** @type {string[]} */
  const problems = [];
  if (!(folder in ARROWS)) problems.push('is not in tooling/arrows/table.mjs');

  for (const [dependency, range] of Object.entries({
    ...devDependencies,
    ...peerDependencies,
    ...dependencies,
  })) {
    if (!isInternal(dependency)) continue;
    const forApps = MAKERS.includes(folder) && !(dependency in { ...peerDependencies, ...dependencies });
    if (!forApps && !mayImport(folder, dependency)) problems.push(`may not depend on ${dependency}`);
    // `workspace:*` would be published as an exact version.
    if (range !== 'workspace:^') problems.push(`names ${dependency} as "${range}", not as "workspace:^"`);
    // Changesets answers a minor release of an internal peer with a major one.
    if (dependency in peerDependencies) problems.push(`names ${dependency} as a peer, not as a dependency`);
  }
  for (const dependency of Object.keys({ ...peerDependencies, ...dependencies })) {
    // The types of Node's own modules have a name that nobody imports.
    const wanted =
      dependency === '@types/node' ? [...imported].some((name) => name.startsWith('node:')) : undefined;
    if (!(wanted ?? imported.has(dependency)))
      problems.push(`lists ${dependency}, which its sources never import`);
  }
  return problems.map((problem) => `${name} ${problem}.`);
}

/**
 * The packages that a text of TypeScript imports. A pattern is enough: what it must not do is overlook one.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function importedBy(text) {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*(['"])([^.'"][^'"]*)\1/g)].map((match) =>
    packageOf(match[2] ?? ''),
  );
}

/** @param {string} dir */
function importedIn(dir) {
  const files = readdirSync(join(dir, 'src'), { recursive: true, encoding: 'utf8' });
  return new Set(
    files
      .filter((file) => file.endsWith('.ts') && !/\.test(-d)?\.ts$/.test(file))
      .flatMap((file) => importedBy(readFileSync(join(dir, 'src', file), 'utf8'))),
  );
}

if (process.argv[1] === import.meta.filename) {
  const problems = members('packages').flatMap(({ folder, dir, manifest }) =>
    problemsOf(folder, manifest, importedIn(dir)),
  );
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
