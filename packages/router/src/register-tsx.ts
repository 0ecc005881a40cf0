import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

let registered: Promise<boolean> | undefined;

/**
 * Makes the process load TypeScript with the project's tsx. Registers it once.
 *
 * @param directory the folder in and above which to look for tsx
 * @returns whether tsx was found
 */
export function registerTsx(directory: string): Promise<boolean> {
  return (registered ??= register(directory).then((found) => {
    if (!found) registered = undefined;
    return found;
  }));
}

async function register(directory: string): Promise<boolean> {
  // Without "type": "module" in package.json, files are CommonJS, so tsx must handle both kinds.
  const apis = ['./cjs/api', './esm/api'].flatMap((name) => resolvePackage(directory, 'tsx', name) ?? []);
  for (const api of apis) {
    const tsx = (await import(/* @vite-ignore */ api)) as { register: () => void };
    // Without a namespace, so that every importer shares the same module.
    tsx.register();
  }
  return apis.length > 0;
}

/**
 * The URL that `import('name/subpath')` loads in a folder. `createRequire().resolve()` would use the condition `require`.
 */
export function resolvePackage(directory: string, name: string, subpath = '.'): string | undefined {
  const require = createRequire(path.join(directory, '_'));
  try {
    const manifest = require.resolve(`${name}/package.json`);
    const { exports } = require(manifest) as { exports: Record<string, { import: Target }> };
    const target = exports[subpath]?.import;
    const file = typeof target === 'string' ? target : target?.default;
    return file === undefined ? undefined : pathToFileURL(path.resolve(manifest, '..', file)).href;
  } catch {
    return undefined;
  }
}

type Target = string | { default: string };
