/** Installs packed packages in pnpm's layout: each one finds only the dependencies in its package.json. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { publicPackages } from '../workspace.mjs';

/** @import { Tarball } from '../pack/tarballs.mjs' */

/**
 * @param {readonly Tarball[]} tarballs
 * @param {string} folder
 * @returns {(name: string, consumer: string) => void} installs a package for the folder of a consumer
 */
export function installAll(tarballs, folder) {
  const dirs = new Map(publicPackages().map(({ manifest, dir }) => [manifest.name, dir]));
  const placeOf = (/** @type {string} */ name) => join(folder, name.replace('/', '+'), 'node_modules', name);
  const ours = new Set(tarballs.map(({ name }) => name));
  for (const { name, file, manifest } of tarballs) {
    const place = placeOf(name);
    mkdirSync(place, { recursive: true });
    execFileSync('tar', ['-xzf', file, '-C', place, '--strip-components=1']);
    const { dependencies = {}, peerDependencies = {} } = manifest;
    // Users install an optional peer for the subpath that needs it. They can't be expected to install Node's types.
    const peers = Object.keys(peerDependencies).filter((peer) => !peer.startsWith('@types/'));
    for (const dependency of new Set([...Object.keys(dependencies), ...peers])) {
      const target = ours.has(dependency)
        ? placeOf(dependency)
        : realpathSync(join(dirs.get(name) ?? '', 'node_modules', dependency));
      link(target, join(folder, name.replace('/', '+'), 'node_modules', dependency));
    }
  }
  return (name, consumer) => link(placeOf(name), join(consumer, 'node_modules', name));
}

/** @param {string} target @param {string} path */
function link(target, path) {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'junction');
}

/**
 * A project that imports one module and has no types of its own, so the declarations must bring everything that they need.
 *
 * @param {string} folder
 * @param {string} specifier
 * @param {readonly string[]} lib
 */
export function writeConsumer(folder, specifier, lib) {
  const compilerOptions = {
    target: 'es2023',
    lib,
    module: 'nodenext',
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['index.ts'] }));
  writeFileSync(join(folder, 'index.ts'), `export * as imported from '${specifier}';\n`);
}
