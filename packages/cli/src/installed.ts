import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The folder of an installed package, as a module finds it that imports it: in the `node_modules` beside it or above.
 * `require.resolve` would also look where NODE_PATH says, which `import` does not, and which pnpm sets.
 *
 * @param from the importing file, absolute
 */
export function installedPackage(name: string, from: string): string | undefined {
  for (let folder = path.dirname(from); ; folder = path.dirname(folder)) {
    const found = path.join(folder, 'node_modules', name);
    if (existsSync(found)) return found;
    if (folder === path.dirname(folder)) return undefined;
  }
}
