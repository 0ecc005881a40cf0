import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { findFolderFiles, findRouteFiles, type FolderFile, type RouteFile } from '@blaizejs/router/files';
import type { Metafile } from 'esbuild';

import { CliError } from '../cli-error.ts';
import { installedPackage } from '../installed.ts';
import { ownCode, toCliError } from '../own-code.ts';
import {
  importingMeta,
  importMetaNames,
  META,
  metaSource,
  ROOT,
  rootSource,
  urlBelowRoot,
} from './import-meta.ts';
import { type BuildManifest, type BuiltFile, MANIFEST, readBuildManifest } from './manifest.ts';
import { packageManagerOf } from '../package-manager.ts';
import { posix } from '../posix.ts';
import { isVirtual, virtual, virtualModules } from './virtual-modules.ts';

/** The parts of a build, with absolute paths. */
export interface BundleOptions {
  readonly cwd: string;
  readonly entry: string;
  /** Folders with route files. */
  readonly routeFolders: readonly string[];
  readonly outdir: string;
}

/** The result of a build. */
export interface Bundle {
  readonly manifest: BuildManifest;
  /** The number of source files in it. */
  readonly sources: number;
  /** The size of the code, without source maps. */
  readonly bytes: number;
  /** esbuild's warnings, with file and line. */
  readonly warnings: readonly string[];
}

interface RouteFolder {
  readonly folder: string;
  readonly files: readonly RouteFile[];
  /** Its `_middleware`, `_404` and `_error` files. */
  readonly folderFiles: readonly FolderFile[];
}

const MAIN = 'server';
const ROUTES = 'routes';

/**
 * Bundles a server and its routes, without installed packages. The bundle knows its route modules: a start searches no
 * folders, and loads each module when the server would have loaded its file.
 *
 * @throws CliError if the code does not compile
 */
export async function bundle({ cwd, entry, routeFolders, outdir }: BundleOptions): Promise<Bundle> {
  const folders = await Promise.all(
    routeFolders.map(async (folder) => ({
      folder,
      files: await findRouteFiles(folder),
      folderFiles: await findFolderFiles(folder),
    })),
  );
  const routes = folders.length === 0 ? '' : routesSource(folders, cwd, routerOf(entry));
  const sourceOf = (name: string): string => {
    // Imports are evaluated in order, so the routes are known before the server is created.
    if (name === MAIN) {
      return `import ${JSON.stringify(virtual(ROUTES))};\nexport * from ${JSON.stringify(entry)};\n`;
    }
    if (name === ROUTES) return routes;
    if (name === ROOT) return rootSource(cwd, outdir);
    const file = name.slice(META.length);
    return metaSource(file, cwd, file === entry);
  };
  const common = ownCode(cwd);
  // Loaded here, since only some commands need it.
  const { build, formatMessages } = await import('esbuild');
  const { metafile, warnings } = await build({
    ...common,
    entryPoints: { [MAIN]: virtual(MAIN) },
    outdir,
    entryNames: '[name]',
    // All in one folder, since they contain the path from there to the project's folder.
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    splitting: true,
    metafile: true,
    sourcemap: 'linked',
    define: importMetaNames,
    plugins: [virtualModules(sourceOf, cwd), importingMeta, ...common.plugins],
  }).catch(toCliError);

  const outputs = Object.keys(metafile.outputs).map((file) => path.resolve(cwd, file));
  const moduleOf = (file: string): BuiltFile => ({
    file: posix(path.relative(cwd, file)),
    module: path.basename(outputOf(file, metafile, cwd)),
  });
  const manifest: BuildManifest = {
    entry: posix(path.relative(cwd, entry)),
    main: `${MAIN}.js`,
    routes: folders
      .flatMap(({ files }) => files)
      .map(({ file, pattern }) => ({ ...moduleOf(file), pattern })),
    folderFiles: folders.flatMap(({ folderFiles }) => folderFiles).map(({ file }) => moduleOf(file)),
    files: outputs.map((file) => posix(path.relative(outdir, file))).sort(),
  };
  await mkdir(outdir, { recursive: true });
  await removeOld(outdir, manifest);
  await writeFile(path.join(outdir, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  return {
    manifest,
    sources: sourcesOf(metafile),
    bytes: bytesOf(metafile),
    warnings: await formatMessages(warnings, { kind: 'warning', color: false }),
  };
}

/** The code that provides the route modules to the router. */
function routesSource(folders: readonly RouteFolder[], cwd: string, router: string): string {
  const provided = folders.map(({ folder, files, folderFiles }) => {
    const modules = [...files, ...folderFiles].map(({ file }) => {
      const name = JSON.stringify(posix(path.relative(folder, file)));
      return `  ${name}: () => import(${JSON.stringify(file)}),\n`;
    });
    return `provideRouteModules(fileURLToPath(${urlBelowRoot(folder, cwd)}), {\n${modules.join('')}});\n`;
  });
  return [
    "import { fileURLToPath } from 'node:url';\n",
    `import { provideRouteModules } from ${JSON.stringify(router)};\n`,
    `import { root } from ${JSON.stringify(virtual(ROOT))};\n`,
    ...provided,
  ].join('');
}

/** The name under which an app can import the router. */
function routerOf(entry: string): string {
  if (installedPackage('@blaizejs/router', entry) !== undefined) return '@blaizejs/router/files';
  if (installedPackage('blaizejs', entry) !== undefined) return 'blaizejs/router/files';
  throw new CliError(
    `Neither blaizejs nor @blaizejs/router is installed where ${entry} could import it. Install one: ${packageManagerOf(path.dirname(entry)).install('blaizejs')}`,
  );
}

function outputOf(file: string, { outputs }: Metafile, cwd: string): string {
  const found = Object.entries(outputs).find(
    ([, { entryPoint }]) => entryPoint !== undefined && path.resolve(cwd, entryPoint) === file,
  );
  if (!found) throw new Error(`esbuild created no module for ${file}`);
  return found[0];
}

/** Removes the files of the last build that are not part of this one, and nothing else. */
async function removeOld(outdir: string, { files }: BuildManifest): Promise<void> {
  const last = await readBuildManifest(outdir).catch(() => undefined);
  const old = last?.files.filter((file) => !files.includes(file)) ?? [];
  for (const file of old) await rm(path.join(outdir, path.basename(file)), { force: true });
}

function sourcesOf({ inputs }: Metafile): number {
  return Object.keys(inputs).filter((name) => !isVirtual(name)).length;
}

function bytesOf({ outputs }: Metafile): number {
  return Object.entries(outputs)
    .filter(([name]) => !name.endsWith('.map'))
    .reduce((sum, [, { bytes }]) => sum + bytes, 0);
}
