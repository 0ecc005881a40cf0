import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * @typedef {object} Manifest What the tooling reads of a package.json.
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {Record<string, string | Record<string, string>>} [exports]
 * @property {Record<string, unknown>} [imports]
 * @property {Record<string, string>} [bin]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

/**
 * @typedef {object} Member A package or an app of the workspace.
 * @property {string} folder its folder's name, which is also the name of its vitest project
 * @property {string} path from the root, with forward slashes
 * @property {string} dir absolute
 * @property {Manifest} manifest
 */

export const root = resolve(import.meta.dirname, '..');

/** @param {string} dir @returns {Manifest} */
export function readManifest(dir) {
  return JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
}

/** @param {'packages' | 'apps'} group @returns {Member[]} */
export function members(group) {
  const parent = join(root, group);
  // Git keeps no empty folders, so `apps` may be missing.
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((folder) => existsSync(join(parent, folder, 'package.json')))
    .map((folder) => {
      const dir = join(parent, folder);
      return { folder, path: `${group}/${folder}`, dir, manifest: readManifest(dir) };
    });
}

/** The published packages. */
export function publicPackages() {
  return members('packages').filter(({ manifest }) => !manifest.private);
}
