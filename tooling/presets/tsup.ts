import { readFileSync } from 'node:fs';

import { defineConfig } from 'tsup';

/** The one way in which a package is built: ESM and declarations, one file per entry, sources kept readable. */
export function library(entries: string[] = ['index']): ReturnType<typeof defineConfig> {
  const { dependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies?: object };
  return defineConfig({
    entry: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
    format: 'esm',
    target: 'node20.19',
    platform: 'node',
    dts: {
      // TypeScript 7 loads no types that nobody names, so declarations that need Node's have to.
      ...('@types/node' in dependencies && { banner: '/// <reference types="node" />' }),
      // `pnpm type-check` checks. Here it would take half of the build, for each package all that it imports anew.
      compilerOptions: { noCheck: true },
    },
    sourcemap: true,
    // The sources are in the package: no need to have them in the maps too.
    esbuildOptions: (options) => {
      options.sourcesContent = false;
    },
    clean: true,
    splitting: true,
    treeshake: true,
    // Which file a subpath import (`#name`) leads to depends on who loads the package.
    external: [/^#/],
    // tsup would turn `node:http` into `http`.
    removeNodeProtocol: false,
  });
}
