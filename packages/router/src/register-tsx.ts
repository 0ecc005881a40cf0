import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

let registered: Promise<boolean> | undefined;

/**
 * Makes the process load TypeScript through the tsx of a project, once.
 *
 * @param directory where the project's packages are looked for, and above
 * @returns whether there is one
 */
export function registerTsx(directory: string): Promise<boolean> {
  return (registered ??= register(directory).then((found) => {
    if (!found) registered = undefined;
    return found;
  }));
}

async function register(directory: string): Promise<boolean> {
  // Files are CommonJS where no package.json says "type": "module", so tsx has to know both kinds.
  const apis = ['./cjs/api', './esm/api'].flatMap((name) => resolvePackage(directory, 'tsx', name) ?? []);
  for (const api of apis) {
    const tsx = (await import(/* @vite-ignore */ api)) as { register: () => void };
    // Without a namespace: a module is one, whoever imports it.
    tsx.register();
  }
  return apis.length > 0;
}

/** The URL of what `import('name/subpath')` loads in a folder; `createRequire().resolve()` would look for `require`. */
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
