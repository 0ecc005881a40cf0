import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { Plugin } from 'esbuild';

// As esbuild prints them. Those of the framework with a brand name themselves.
const PRINTED =
  /^(\s*(?:export (?:default )?|(?:var|let|const) [\w$]+ = )?class ([\w$]+) extends [\w$.]*Error \{)(?!\s*static "~brand")/gm;
const ERROR_CLASS = /\bclass\s+[\w$]+(?:<[^{]*>)?\s+extends\s+[\w$.]*Error\b/;

/**
 * Keeps the names of functions and classes of an app, and of the error classes of packages: logs show them. All other names of
 * packages would be a tenth of a bundle, and nobody sees them.
 */
export function keepNames(cwd: string): Plugin {
  return {
    name: 'keep-names',
    setup: (build) => {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path: file }) => {
        const own = isOwn(file, cwd);
        if (!own && !ERROR_CLASS.test(await readFile(file, 'utf8'))) return undefined;
        // As a build, which reads the tsconfig.json that applies to the file.
        const built = await build.esbuild
          .build({
            absWorkingDir: cwd,
            entryPoints: [file],
            outfile: file,
            allowOverwrite: true,
            write: false,
            // Any other would decide what `process.env.NODE_ENV` is.
            platform: 'neutral',
            keepNames: own,
            sourcemap: 'inline',
            sourcesContent: false,
            target: 'esnext',
            logLevel: 'silent',
          })
          // The bundle has the same error, at the right place.
          .catch(() => undefined);
        const text = built?.outputFiles[0]?.text;
        if (text === undefined) return undefined;
        // What esbuild adds to keep all names would also keep what is never used.
        const contents = own ? text : text.replace(PRINTED, '$1 static name = "$2";');
        return { contents, loader: 'jsx', resolveDir: path.dirname(file) };
      });
    },
  };
}

function isOwn(file: string, cwd: string): boolean {
  const relative = path.relative(cwd, file);
  return !relative.startsWith('..') && !relative.split(path.sep).includes('node_modules');
}
