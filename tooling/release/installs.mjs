import { strictEqual } from 'node:assert';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { specifiersOf } from '../pack/contents.mjs';
import { publicPackages, readManifest, root } from '../workspace.mjs';
import { run } from './commands.mjs';
import { exampleIn } from './example.mjs';
import { withRedis } from './redis.mjs';
import { runExample } from './run-example.mjs';
import { importAll, writeTyped } from './types.mjs';
import { changed, lockedVersions } from './versions.mjs';

/** @import { Versions } from './versions.mjs' */

const UMBRELLA = 'blaizejs';

const MANAGERS = {
  npm: { add: 'install', frozen: ['ci'], lockfile: 'package-lock.json' },
  pnpm: { add: 'add', frozen: ['install', '--frozen-lockfile'], lockfile: 'pnpm-lock.yaml' },
};

/**
 * @typedef {object} Rehearsal
 * @property {string} folder a temporary one
 * @property {NodeJS.ProcessEnv} env
 * @property {keyof typeof MANAGERS} manager
 */

/** Optional peers that a subpath imports. Who imports that one has installed it. */
const PEERS = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  '@blaizejs/auth': ['openid-client'],
  '@blaizejs/jobs': ['@libsql/client', 'bullmq'],
  '@blaizejs/middleware': ['cockatiel'],
  '@blaizejs/plugins': ['@opentelemetry/api'],
  '@blaizejs/views': ['eta'],
  blaizejs: ['cockatiel', '@opentelemetry/api'],
});

/**
 * Installs a package in an empty folder as its README says, and uses it.
 *
 * @param {Rehearsal & { name: string }} options
 */
export async function checkAlone({ folder, env, manager, name }) {
  const place = emptyFolder(folder, env, manager, name);
  try {
    await run(manager, [MANAGERS[manager].add, ...toInstall(name)], { ...place, seconds: 120 });
    await use(name, manager, place);
    const peers = peersOfSubpaths(name);
    if (peers.length > 0) await run(manager, [MANAGERS[manager].add, ...peers], { ...place, seconds: 120 });
    const specifiers = specifiersOf(manifestOf(name));
    writeFileSync(join(place.cwd, 'every-export.js'), importAll(specifiers));
    await run(process.execPath, ['every-export.js'], place);
    writeTyped(exampleOf(name)?.files ?? {}, specifiers, place.cwd);
  } catch (error) {
    throw new Error(`${name}, installed with ${manager}: ${/** @type {Error} */ (error).message}`, {
      cause: error,
    });
  }
}

/**
 * Checks the folder in which the umbrella was installed, after another release: its lockfile still installs the same
 * versions, and an upgrade of the umbrella changes only the released packages.
 *
 * @param {Rehearsal & { first: Versions, second: Versions }} options the versions of both releases
 */
export async function checkUmbrella({ folder, env, manager, first, second }) {
  const { add, frozen, lockfile } = MANAGERS[manager];
  const old = placeOf(folder, env, manager, UMBRELLA);
  const place = emptyFolder(folder, env, manager, 'old-lockfile');
  for (const file of ['package.json', lockfile]) copyFileSync(join(old.cwd, file), join(place.cwd, file));
  const locked = () => lockedVersions(readFileSync(join(place.cwd, lockfile), 'utf8'));

  const before = locked();
  await run(manager, frozen, { ...place, seconds: 120 });
  strictEqual(changed(before, locked()).join(), '', 'What the old lockfile changed');
  checkVersions(before, first);
  await use(UMBRELLA, manager, place);

  await run(manager, [add, `${UMBRELLA}@latest`], { ...place, seconds: 120 });
  const after = locked();
  checkVersions(after, second);
  strictEqual(
    changed(before, after).join(', '),
    Object.keys(second)
      .filter((name) => name in before && first[name] !== second[name])
      .sort()
      .join(', '),
    'The packages that the upgrade changed',
  );
  await use(UMBRELLA, manager, place);
}

/**
 * Checks that there is one copy of each package, in the released version. @param {Record<string, string[]>} locked @param
 * {Versions} versions
 */
function checkVersions(locked, versions) {
  for (const [name, version] of Object.entries(versions)) {
    if (name in locked) strictEqual(locked[name]?.join(', '), version, `The versions of ${name}`);
  }
}

/**
 * Runs the example of a package's README, and asks its commands for help.
 *
 * @param {string} name
 * @param {keyof typeof MANAGERS} manager
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} place
 */
async function use(name, manager, place) {
  const example = exampleOf(name);
  const { bin = {} } = manifestOf(name);
  for (const command of Object.keys(bin)) await run('npx', ['--no-install', command, '--help'], place);
  if (example?.kind === 'session') await makeApp(manager, place);
  if (example && name === '@blaizejs/redis') {
    await withRedis(place.cwd, (url) =>
      runExample(example, { ...place, env: { ...place.env, REDIS_URL: url } }),
    );
  } else if (example) await runExample(example, place);
  else if (Object.keys(bin).length === 0) throw new Error('Its README has no runnable example.');
}

/** @param {string} name */
function packageOf(name) {
  const found = publicPackages().find(({ manifest }) => manifest.name === name);
  if (!found) throw new Error(`There is no package ${name}.`);
  return found;
}

/** @param {string} name */
function manifestOf(name) {
  return packageOf(name).manifest;
}

/** With the ranges of its package.json. @param {string} name @returns {string[]} */
function peersOfSubpaths(name) {
  const { peerDependencies = {} } = manifestOf(name);
  return (PEERS[name] ?? []).map((peer) => `${peer}@${peerDependencies[peer]}`);
}

/** @param {string} name */
function exampleOf(name) {
  return exampleIn(readFileSync(join(packageOf(name).dir, 'README.md'), 'utf8'));
}

/** The packages that a README says to install for its example. @param {string} name @returns {string[]} */
function toInstall(name) {
  const readme = readFileSync(join(packageOf(name).dir, 'README.md'), 'utf8');
  const [, names = name] = /^npm install (?:--save-dev )?([^#\n]+)/m.exec(readme) ?? [];
  return names.trim().split(/\s+/);
}

/** @param {string} folder @param {NodeJS.ProcessEnv} env @param {string} manager @param {string} name */
function placeOf(folder, env, manager, name) {
  return { cwd: join(folder, manager, name), env };
}

/** @param {string} folder @param {NodeJS.ProcessEnv} env @param {string} manager @param {string} name */
function emptyFolder(folder, env, manager, name) {
  const place = placeOf(folder, env, manager, name);
  mkdirSync(place.cwd, { recursive: true });
  writeFileSync(join(place.cwd, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  return place;
}

/**
 * A command needs an app: creates one, with zod, and with a TypeScript loader for Node 20.
 *
 * @param {keyof typeof MANAGERS} manager
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} place
 */
async function makeApp(manager, place) {
  const { devDependencies = {} } = readManifest(root);
  const others = ['tsx', 'zod'].map((name) => `${name}@${devDependencies[name]}`);
  await run(manager, [MANAGERS[manager].add, UMBRELLA, ...others], { ...place, seconds: 120 });
  mkdirSync(join(place.cwd, 'src'));
  writeFileSync(join(place.cwd, 'src/server.ts'), '');
}
