import { readdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';

import { type PnpApi, pnpOf } from '../installed.ts';

/** An installed package of the framework. */
export interface Copy {
  readonly name: string;
  readonly version: string;
  /** Absolute, without symbolic links. */
  readonly directory: string;
}

const OURS = /^(?:blaizejs|@blaizejs\/.+)$/;

/**
 * Every installed copy of a package of the framework: in the app's node_modules, in those above it, and in those of the
 * packages installed there.
 */
export async function installedCopies(cwd: string): Promise<Copy[]> {
  const found = new Map<string, Copy>();
  const seen = new Set<string>();
  const pnp = pnpOf(path.join(cwd, 'package.json'));
  for (const directory of pnp ? inPnp(pnp) : []) {
    const copy = await read(directory);
    if (copy) found.set(copy.directory, copy);
  }
  // Plug'n'Play has no node_modules.
  for (let folder = cwd; !pnp; folder = path.dirname(folder)) {
    await lookInto(path.join(folder, 'node_modules'), found, seen);
    if (folder === path.dirname(folder)) break;
  }
  return [...found.values()].sort((a, b) => (a.name + a.directory < b.name + b.directory ? -1 : 1));
}

/** The folders of the framework's packages under Plug'n'Play. */
function inPnp(pnp: PnpApi): string[] {
  return (pnp.getAllLocators?.() ?? []).flatMap((locator) => {
    if (!OURS.test(locator.name ?? '')) return [];
    const location = pnp.getPackageInformation(locator)?.packageLocation;
    // A package with peers has a virtual folder per dependent, all of which lead to the same real one.
    return location === undefined ? [] : (pnp.resolveVirtual?.(location) ?? location);
  });
}

async function lookInto(modules: string, found: Map<string, Copy>, seen: Set<string>): Promise<void> {
  const real = await realpath(modules).catch(() => undefined);
  if (real === undefined || seen.has(real)) return;
  seen.add(real);
  const names = await namesIn(real);
  // pnpm keeps all packages here, each with its own node_modules.
  const stores = names.includes('.pnpm') ? await namesIn(path.join(real, '.pnpm')) : [];
  const scoped = await Promise.all(
    names
      .filter((name) => name.startsWith('@'))
      .map(async (scope) => (await namesIn(path.join(real, scope))).map((name) => `${scope}/${name}`)),
  );
  const packages = [...names.filter((name) => !/^[@.]/.test(name)), ...scoped.flat()];
  for (const name of packages.filter((each) => OURS.test(each))) {
    const copy = await read(path.join(real, name));
    if (copy) found.set(copy.directory, copy);
  }
  await Promise.all([
    ...packages.map((name) => lookInto(path.join(real, name, 'node_modules'), found, seen)),
    ...stores.map((name) => lookInto(path.join(real, '.pnpm', name, 'node_modules'), found, seen)),
  ]);
}

async function read(directory: string): Promise<Copy | undefined> {
  try {
    const real = await realpath(directory);
    const { name, version } = JSON.parse(await readFile(path.join(real, 'package.json'), 'utf8')) as Copy;
    return { name, version, directory: real };
  } catch {
    // A broken link, or a folder that is not a package.
    return undefined;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
