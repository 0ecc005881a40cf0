import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import { findFolderFiles, findRouteFiles } from '@blaizejs/router/files';
import type { BuildOptions, Metafile, OutputFile } from 'esbuild';

import { CliError } from '../cli-error.ts';
import { installedPackage } from '../installed.ts';
import { toCliError } from '../own-code.ts';
import { packageManagerOf } from '../package-manager.ts';
import { posix } from '../posix.ts';
import { shown } from '../project.ts';
import { builtinsStayOutside } from './builtins.ts';
import { keepNames } from './keep-names.ts';
import { leanPackages } from './lean-packages.ts';
import { findLeftOut, withoutCore } from './left-out.ts';
import type { BundleTarget } from './target.ts';
import { assertAvailable, warningsFor } from './unavailable.ts';
import { isVirtual, virtual, virtualModules } from './virtual-modules.ts';

/** The parts of a build, with absolute paths. */
export interface TargetOptions {
  readonly target: BundleTarget;
  readonly cwd: string;
  readonly entry: string;
  /** Folders with route files. */
  readonly routeFolders: readonly string[];
  readonly outdir: string;
  /** Conditions of `exports`, besides those of the target. */
  readonly conditions: readonly string[];
}

/** The result of a build. */
export interface TargetBundle {
  /** Absolute. */
  readonly file: string;
  readonly routes: number;
  readonly sources: number;
  readonly bytes: number;
  readonly gzipped: number;
  /** What the file exports. */
  readonly exports: readonly string[];
  /** The modules of Node that it imports: `node:stream`. */
  readonly builtins: readonly string[];
  readonly warnings: readonly string[];
}

// For what CommonJS requires at run time. A worker has nothing that it could load.
const REQUIRE =
  "import { createRequire as __blaizeRequire } from 'node:module';\nconst require = __blaizeRequire(import.meta.url);";
const MAIN = 'main';
const ROUTES = 'routes';
const CONDITIONS: Readonly<Record<BundleTarget, readonly string[]>> = {
  worker: ['workerd', 'worker', 'browser'],
  lambda: ['node'],
  deno: ['deno', 'node'],
  bun: ['bun', 'node'],
};

/**
 * Bundles an app, its routes and everything that they import into one file for a platform without a folder of routes.
 *
 * @throws CliError if the code does not compile, exports nothing that the platform calls, or needs what the platform lacks
 */
export async function bundleTarget(options: TargetOptions): Promise<TargetBundle> {
  const { target, cwd, entry, routeFolders, outdir } = options;
  const folders = await Promise.all(
    routeFolders.map(async (folder) => ({
      folder,
      files: [...(await findRouteFiles(folder)), ...(await findFolderFiles(folder))].map(({ file }) => file),
    })),
  );
  const routes = folders.length === 0 ? '' : routesSource(folders, cwd, routerOf(entry));
  const sourceOf = (name: string): string => {
    if (name === ROUTES) return routes;
    const from = JSON.stringify(entry);
    const isWorker = target === 'worker';
    // Imports are evaluated in order, so the routes are known before the app asks for them.
    return `import ${JSON.stringify(virtual(ROUTES))};\nexport * from ${from};\n${isWorker ? `export { default } from ${from};\n` : ''}`;
  };
  // Lambda reads a `.js` file as CommonJS.
  const file = path.join(outdir, target === 'lambda' ? 'lambda.mjs' : `${target}.js`);
  // Loaded here, since only some commands need it.
  const { build, formatMessages } = await import('esbuild');
  const settings = {
    ...settingsOf(target, options.conditions),
    absWorkingDir: cwd,
    entryPoints: [virtual(MAIN)],
    outfile: file,
  };
  const plugins = [virtualModules(sourceOf, cwd), builtinsStayOutside, leanPackages];
  const users = await build({
    ...settings,
    sourcemap: false,
    plugins: [withoutCore, ...plugins],
  }).catch(toCliError);
  const define = { ...settings.define, ...findLeftOut(users.metafile, users.outputFiles) };
  const bundle = (banner: Record<string, string>) =>
    build({ ...settings, define, banner, plugins: [...plugins, keepNames(cwd)] }).catch(toCliError);
  const codeIn = ({ outputFiles }: { outputFiles: readonly OutputFile[] }) =>
    outputFiles.find((output) => output.path === file);
  let built = await bundle({});
  if (target !== 'worker' && /\brequire\b/.test(codeIn(built)?.text ?? ''))
    built = await bundle({ js: REQUIRE });
  const { metafile, warnings, outputFiles } = built;
  assertAvailable(target, metafile, cwd);
  const code = codeIn(built);
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined);
  if (!code || !output) throw new Error('esbuild created no file');
  const isCalled = target === 'worker' || target === 'lambda';
  if (isCalled && output.exports.length === 0) throw noExports(target, entry, cwd);

  await mkdir(outdir, { recursive: true });
  for (const { path: to, contents } of outputFiles) await writeFile(to, contents);
  const builtins = builtinsOf(output);
  return {
    file,
    routes: folders.reduce((sum, { files }) => sum + files.length, 0),
    sources: Object.keys(metafile.inputs).filter((name) => !isVirtual(name)).length,
    bytes: code.contents.length,
    gzipped: gzipSync(code.contents).length,
    exports: output.exports,
    builtins,
    warnings: [
      ...(await formatMessages(warnings, { kind: 'warning', color: false })),
      ...warningsFor(target, metafile, builtins, cwd, outdir),
    ],
  };
}

function settingsOf(
  target: BundleTarget,
  conditions: readonly string[],
): BuildOptions & { metafile: true; write: false } {
  const isWorker = target === 'worker';
  return {
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    format: 'esm',
    target: isWorker ? 'es2022' : 'node20.19',
    platform: isWorker ? 'neutral' : 'node',
    mainFields: isWorker ? ['browser', 'module', 'main'] : ['module', 'main'],
    conditions: [...conditions, '@blaizejs/bundle', ...CONDITIONS[target]],
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.node': 'copy', '.wasm': 'copy' },
    logLevel: 'silent',
  };
}

/** The code that provides the route modules to the router. */
function routesSource(
  folders: readonly { readonly folder: string; readonly files: readonly string[] }[],
  cwd: string,
  router: string,
): string {
  const imports: string[] = [];
  const provided = folders.map(({ folder, files }) => {
    const modules = files.map((file) => {
      const name = `route${imports.length}`;
      imports.push(`import * as ${name} from ${JSON.stringify(file)};\n`);
      return `${JSON.stringify(posix(path.relative(folder, file)))}: ${name}`;
    });
    return `${JSON.stringify(posix(path.relative(cwd, folder)))}: { ${modules.join(', ')} }`;
  });
  return [
    `import { provideBundledRoutes } from ${JSON.stringify(router)};\n`,
    ...imports,
    `provideBundledRoutes({ ${provided.join(', ')} });\n`,
  ].join('');
}

function routerOf(entry: string): string {
  if (installedPackage('@blaizejs/router', entry) !== undefined) return '@blaizejs/router/bundled';
  if (installedPackage('blaizejs', entry) !== undefined) return 'blaizejs/router/bundled';
  throw new CliError(
    `Neither blaizejs nor @blaizejs/router is installed where ${entry} could import it. Install one: ${packageManagerOf(path.dirname(entry)).install('blaizejs')}`,
  );
}

function builtinsOf({ imports }: Metafile['outputs'][string]): string[] {
  return [...new Set(imports.filter(({ external }) => external).map(({ path: name }) => name))].sort();
}

function noExports(target: BundleTarget, entry: string, cwd: string): CliError {
  const expected = target === 'worker' ? 'a worker as its default' : 'a handler';
  return new CliError(`${shown(entry, cwd)} exports nothing. Export ${expected}.`);
}
