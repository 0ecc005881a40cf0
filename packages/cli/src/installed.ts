import { existsSync } from 'node:fs';
import module from 'node:module';
import path from 'node:path';

/** What Yarn's Plug'n'Play adds to Node: it knows where packages are, and there is no `node_modules`. */
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

/** Plug'n'Play, if Yarn runs this process with it and the file is its business. */
export function pnpOf(file: string): PnpApi | undefined {
  const { findPnpApi } = module as { findPnpApi?: (file: string) => PnpApi | null };
  return findPnpApi?.(file) ?? undefined;
}

/**
 * The folder of an installed package, as a module finds it that imports it: in the `node_modules` beside it or above, or
 * where Plug'n'Play says. `require.resolve` would also look where NODE_PATH says, which `import` does not, and which pnpm
 * sets.
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
    // It throws for what nobody depends on.
    return undefined;
  }
}
