import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { members, root } from '../workspace.mjs';
import { has } from './cores.mjs';

/** Builds the packages whose build is missing or older than their sources. */
export function buildIfStale() {
  const stale = members('packages').filter(({ dir }) => isStale(dir));
  if (stale.length === 0) return;
  console.log(`Building: ${stale.map(({ folder }) => folder).join(', ')} changed.`);
  const [command = '', ...pnpm] = has('pnpm') ? ['pnpm'] : ['npx', '-y', 'pnpm@10'];
  const turbo = ['exec', 'turbo', 'run', 'build', '--filter=./packages/*', '--output-logs=errors-only'];
  const { status } = spawnSync(command, [...pnpm, ...turbo], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The build failed.');
}

/** @param {string} dir of a package */
function isStale(dir) {
  const built = modified(join(dir, 'dist/index.js'));
  const sources = readdirSync(join(dir, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => !/\.test(-d)?\.ts$/.test(file),
  );
  return sources.some((file) => modified(join(dir, 'src', file)) > built);
}

/** @param {string} path */
function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
