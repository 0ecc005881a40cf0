import { isBuiltin } from 'node:module';
import path from 'node:path';

import type { BuildOptions, Message, Plugin } from 'esbuild';

import { CliError } from './cli-error.ts';
import { isTypeScript } from './typescript.ts';

// Tells a resolution that this plugin asks for from one that it is asked.
const ASKED = Symbol('asked');

/**
 * What esbuild is told wherever the code of an app is looked at: what is the app's own is bundled (linked packages of
 * TypeScript are, too), what is installed stays outside.
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
        // What is not found here may be found under other conditions; Node says best what is missing.
        if (found.errors.length > 0 || found.external || found.namespace !== 'file') return outside;
        const relative = path.relative(cwd, found.path);
        const below = !relative.startsWith('..') && !path.isAbsolute(relative);
        const installed = (below ? relative : found.path).split(/[/\\]/).includes('node_modules');
        return installed || (!below && !isTypeScript(found.path)) ? outside : { path: found.path };
      });
    },
  };
}

/** Which files an app consists of, as far as its imports tell. */
export interface OwnCode {
  /** Absolute; the entry among them. */
  readonly files: readonly string[];
  /** The installed packages that are imported, by name, each with a file that imports it. */
  readonly packages: ReadonlyMap<string, string>;
}

/**
 * Reads a file and all of the app's own that it imports, without running anything.
 *
 * @throws CliError where a file is missing or no code, with the place
 */
export async function readOwnCode(entries: readonly string[], cwd: string): Promise<OwnCode> {
  // Loaded here, since not every command needs it.
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

/** Says as one error what esbuild found wrong. */
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
