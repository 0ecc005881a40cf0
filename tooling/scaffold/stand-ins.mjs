import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @import { Tarball } from '../pack/tarballs.mjs' */

// An optional dependency of vite, for Windows.
const OPTIONAL = [{ name: 'napi-windows-process-start-time', version: '0.1.0', os: ['win32'] }];

/**
 * Empty packages for optional dependencies that the registry lacks, as some mirrors do: `npm install` omits such a package
 * from the lockfile, and `npm ci` then refuses the lockfile.
 *
 * @param {string} folder an existing one
 * @param {string} upstream
 * @returns {Promise<Tarball[]>}
 */
export async function standIns(folder, upstream) {
  /** @type {Tarball[]} */
  const tarballs = [];
  for (const manifest of OPTIONAL) {
    const { status } = await fetch(new URL(manifest.name, upstream), { method: 'HEAD' });
    if (status !== 404) continue;
    console.log(`   ${upstream} has no ${manifest.name}: an empty package stands in for it`);
    const source = join(folder, manifest.name);
    mkdirSync(source);
    writeFileSync(join(source, 'package.json'), JSON.stringify(manifest));
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: source });
    const file = join(folder, `${manifest.name}-${manifest.version}.tgz`);
    tarballs.push({ name: manifest.name, folder: manifest.name, file, contents: ['package.json'], manifest });
  }
  return tarballs;
}
