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
 * Which versions of a package an app asks for. They are the devDependencies of this package: what its templates are
 * tested with, kept up to date by whatever updates those, and in a release by changesets.
 *
 * @throws where the package is not among them
 */
export function rangeOf(name: string): string {
  const range = ownManifest().devDependencies[name];
  if (range === undefined) throw new Error(`A template asks for ${name}, which is no devDependency here.`);
  if (!range.startsWith(WORKSPACE)) return range;
  // Only before it is packed.
  const { version } = createRequire(FILE)(`${name}/package.json`) as { version: string };
  return range.slice(WORKSPACE.length) + version;
}
