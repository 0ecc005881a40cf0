import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { publicPackages, root } from '../workspace.mjs';

/** @import { Manifest } from '../workspace.mjs' */

/**
 * @typedef {object} Tarball A public package as it would be published.
 * @property {string} name
 * @property {string} folder of the package, by name
 * @property {string} file absolute
 * @property {string[]} contents paths inside the package
 * @property {Manifest} manifest as packed
 */

/**
 * Packs every public package, without building it first.
 *
 * @param {string} destination an absolute folder
 * @returns {Tarball[]}
 */
export function packAll(destination) {
  const packages = publicPackages();
  const folders = new Map(packages.map(({ folder, manifest }) => [manifest.name, folder]));
  const filters = [...folders.keys()].map((name) => `--filter=${name}`);
  // pnpm, not npm: npm would leave `workspace:^` in the manifests.
  const json = execFileSync('pnpm', [...filters, 'pack', '--json', '--pack-destination', destination], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const packed = /** @type {{ name: string, filename: string, files: { path: string }[] }[]} */ (
    JSON.parse(json)
  );
  return packed.map(({ name, filename, files }) => ({
    name,
    folder: folders.get(name) ?? '',
    file: filename,
    contents: files.map(({ path }) => path),
    manifest: JSON.parse(
      execFileSync('tar', ['-xzOf', filename, 'package/package.json'], { encoding: 'utf8' }),
    ),
  }));
}

/**
 * Runs `work` with an empty folder outside the workspace, and removes the folder.
 *
 * @param {(folder: string) => void | Promise<void>} work
 */
export async function inTemporaryFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'blaizejs-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
