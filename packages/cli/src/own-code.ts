import { isBuiltin } from 'node:module';
import path from 'node:path';

import type { BuildOptions, Message, Plugin } from 'esbuild';

import { CliError } from './cli-error.ts';
import { isTypeScript } from './typescript.ts';

// Marks resolutions that this plugin itself requests.
const ASKED = Symbol('asked');

/**
 * esbuild's options for reading the code of an app: the app's own code is bundled, including linked TypeScript packages;
 * installed packages are not.
 */
export function ownCode(cwd: string): BuildOptions & { plugins: Plugin[] } {
  return {
    absWorkingDir: cwd,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    metafile: true,
    logLevel: 'silent',
    loader: { '.node': 'copy', '.wasm': 'copy' },
    plugins: [installedStaysOutside(cwd)],
  };
}

function installedStaysOutside(cwd: string): Plugin {
  return {
    name: 'installed-stays-outside',
    setup: (build) => {
      build.onResolve({ filter: /^[^./]/ }, async ({ path: specifier, pluginData, ...rest }) => {
        if (pluginData === ASKED || rest.kind === 'entry-point' || path.isAbsolute(specifier))
          return undefined;
        const outside = { path: specifier, external: true };
        if (isBuiltin(specifier)) return outside;
        const found = await build.resolve(specifier, { ...rest, pluginData: ASKED });
        // A package that is not found here may be found under other conditions. If it is missing, Node's error explains it
        // best.
        if (found.errors.length > 0 || found.external || found.namespace !== 'file') return outside;
        const relative = path.relative(cwd, found.path);
        const below = !relative.startsWith('..') && !path.isAbsolute(relative);
        const installed = (below ? relative : found.path).split(/[/\\]/).includes('node_modules');
        return installed || (!below && !isTypeScript(found.path)) ? outside : { path: found.path };
      });
    },
  };
}

/** The files of an app, as far as its imports show. */
export interface OwnCode {
  /** Absolute paths, including the entry. */
  readonly files: readonly string[];
  /** The installed packages that are imported, by name, each with a file that imports it. */
  readonly packages: ReadonlyMap<string, string>;
}

/**
 * Reads a file and everything of the app that it imports, without running anything.
 *
 * @throws CliError with the place, if a file is missing or does not compile
 */
export async function readOwnCode(entries: readonly string[], cwd: string): Promise<OwnCode> {
  // Loaded here, since only some commands need it.
  const { build } = await import('esbuild');
  const result = await build({
    ...ownCode(cwd),
    entryPoints: [...entries],
    outdir: path.join(cwd, '.blaize'),
    write: false,
    metafile: true,
  }).catch(toCliError);
  const inputs = Object.entries(result.metafile.inputs);
  return {
    files: inputs.map(([file]) => path.resolve(cwd, file)),
    packages: new Map(
      inputs.flatMap(([file, { imports }]) =>
        imports
          .filter(({ external, path: specifier }) => external && !isBuiltin(specifier))
          .map(({ path: specifier }) => [packageOf(specifier), path.resolve(cwd, file)]),
      ),
    ),
  };
}

/** Turns esbuild's errors into one error. */
export async function toCliError(error: unknown): Promise<never> {
  const { errors } = error as { errors?: Message[] };
  if (!errors) throw error;
  const { formatMessages } = await import('esbuild');
  const texts = await formatMessages(errors, { kind: 'error', color: false });
  throw new CliError(texts.map((text) => text.trim()).join('\n\n'), { cause: error });
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
