import type { Plugin } from 'esbuild';

const SCHEME = 'blaize';

/** The specifier of a generated module in the bundle. */
export function virtual(name: string): string {
  return `${SCHEME}:${name}`;
}

/**
 * Provides modules without files.
 *
 * @param source returns the code of a module by name
 * @param resolveDir the folder from which their imports are resolved
 */
export function virtualModules(source: (name: string) => string, resolveDir: string): Plugin {
  return {
    name: 'virtual-modules',
    setup: (build) => {
      build.onResolve({ filter: new RegExp(`^${SCHEME}:`) }, ({ path }) => ({
        path: path.slice(SCHEME.length + 1),
        namespace: SCHEME,
      }));
      build.onLoad({ filter: /.*/, namespace: SCHEME }, ({ path }) => ({
        contents: source(path),
        loader: 'js',
        resolveDir,
      }));
    },
  };
}

/** Whether a name in esbuild's metafile is one of a generated module. */
export function isVirtual(input: string): boolean {
  return input.startsWith(`${SCHEME}:`);
}
