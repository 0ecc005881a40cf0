import { existsSync } from 'node:fs';
import module from 'node:module';
import path from 'node:path';

/** The API of Yarn's Plug'n'Play, which locates packages without `node_modules`. */
export interface PnpApi {
  readonly resolveToUnqualified: (request: string, issuer: string) => string | null;
  readonly resolveVirtual?: (file: string) => string | null;
  readonly getAllLocators?: () => readonly PnpLocator[];
  readonly getPackageInformation: (locator: PnpLocator) => { readonly packageLocation: string } | null;
}

interface PnpLocator {
  readonly name: string | null;
  readonly reference: string | null;
}

/** The Plug'n'Play API, if this process runs under it and it is responsible for the file. */
export function pnpOf(file: string): PnpApi | undefined {
  const { findPnpApi } = module as { findPnpApi?: (file: string) => PnpApi | null };
  return findPnpApi?.(file) ?? undefined;
}

/**
 * The folder of an installed package, resolved as for an `import`: in the `node_modules` beside the importing file or above,
 * or through Plug'n'Play. `require.resolve` would also search NODE_PATH, which `import` ignores, and which pnpm sets.
 *
 * @param from the importing file, absolute
 */
export function installedPackage(name: string, from: string): string | undefined {
  const pnp = pnpOf(from);
  if (pnp) return inPnp(pnp, name, from);
  for (let folder = path.dirname(from); ; folder = path.dirname(folder)) {
    const found = path.join(folder, 'node_modules', name);
    if (existsSync(found)) return found;
    if (folder === path.dirname(folder)) return undefined;
  }
}

function inPnp(pnp: PnpApi, name: string, from: string): string | undefined {
  try {
    return pnp.resolveToUnqualified(name, from) ?? undefined;
  } catch {
    // Throws if the package is not a dependency.
    return undefined;
  }
}
