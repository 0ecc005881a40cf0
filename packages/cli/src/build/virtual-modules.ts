import type { Plugin } from 'esbuild';

const SCHEME = 'blaize';

/** The specifier under which the bundle finds a module that is made, and not read. */
export function virtual(name: string): string {
  return `${SCHEME}:${name}`;
}

/**
 * Makes modules that have no file.
 *
 * @param source gives the code of each, by its name
 * @param resolveDir where they import from
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

/** Whether a name in esbuild's metafile is that of such a module. */
export function isVirtual(input: string): boolean {
  return input.startsWith(`${SCHEME}:`);
}
