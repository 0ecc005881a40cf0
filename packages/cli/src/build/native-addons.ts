import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Metafile } from 'esbuild';

import { installedPackage } from '../installed.ts';

/** A package in a bundle that loads another at run time: one that is compiled for a platform. */
export interface NativePackage {
  readonly name: string;
  readonly version: string;
  /** The package for this platform: `@libsql/linux-x64-gnu`. */
  readonly loads: string;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly os?: unknown;
  readonly cpu?: unknown;
}

// They look for a compiled addon in the folder of the package that calls them.
const LOADERS = ['bindings', 'node-gyp-build', 'prebuild-install', '@mapbox/node-pre-gyp'];

/** The packages in a bundle that can't be whole there, since their addon is loaded from a folder. */
export function nativePackages(metafile: Metafile, cwd: string): NativePackage[] {
  const folders = new Set(
    usedFiles(metafile).flatMap((file) => packageFolder(path.resolve(cwd, file)) ?? []),
  );
  return [...folders].flatMap((folder) => {
    const manifest = readManifest(folder);
    const { name, version, optionalDependencies = {}, dependencies = {} } = manifest ?? {};
    if (name === undefined || version === undefined) return [];
    const compiled = Object.keys(optionalDependencies).find((each) => isForPlatform(each, folder));
    const loads = compiled ?? (LOADERS.some((each) => each in dependencies) ? 'its addon' : undefined);
    return loads === undefined ? [] : { name, version, loads };
  });
}

/** The sources of which something is in the bundle. */
export function usedFiles({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
}

/** Whether an optional dependency is installed, and only for some platforms. */
function isForPlatform(name: string, folder: string): boolean {
  const installed = installedPackage(name, path.join(folder, 'package.json'));
  const { os, cpu } = (installed === undefined ? undefined : readManifest(installed)) ?? {};
  return os !== undefined || cpu !== undefined;
}

function packageFolder(file: string): string | undefined {
  return /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+(?=[/\\])/.exec(file)?.[0];
}

function readManifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}
