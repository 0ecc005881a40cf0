import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface Manifest {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const FILE = new URL('../package.json', import.meta.url);
const WORKSPACE = 'workspace:';

/** The package.json of this package. */
export function ownManifest(): Manifest {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Manifest;
}

/**
 * The version range of a package in new apps. It comes from the devDependencies of this package, with which the templates
 * are tested, and which are kept up to date.
 *
 * @throws if the package is not among them
 */
export function rangeOf(name: string): string {
  const range = ownManifest().devDependencies[name];
  if (range === undefined)
    throw new Error(`A template needs ${name}, which is not a devDependency of create-blaizejs.`);
  if (!range.startsWith(WORKSPACE)) return range;
  // Only in the workspace, since packing replaces such ranges.
  const { version } = createRequire(FILE)(`${name}/package.json`) as { version: string };
  return range.slice(WORKSPACE.length) + version;
}
