/**
 * `pnpm check:install`, after a build: does what would be published work for someone who installs it?
 * In an empty folder outside the workspace, with npm and plain Node:
 *
 *   1. pack every package, and install the tarballs
 *   2. serve: a program that serves over HTTP/2 and HTTP/1.1, and ends by itself
 *   3. install the optional peers, and import every export
 *   4. type-check it all, with the checks of library files on
 */
import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { readManifest, root } from '../workspace.mjs';
import { specifiersOf } from './contents.mjs';
import { inTemporaryFolder, packAll } from './tarballs.mjs';

/** @import { Tarball } from './tarballs.mjs' */

class StepError extends Error {}

try {
  await inTemporaryFolder(rehearse);
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** @param {string} folder */
function rehearse(folder) {
  const tarballs = packAll(folder);
  cpSync(join(import.meta.dirname, 'consumer'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));

  const run = (/** @type {string} */ what, /** @type {string} */ command, /** @type {string[]} */ args) =>
    runIn(folder, what, command, args);
  const install = (/** @type {string} */ what, /** @type {string[]} */ specs) =>
    run(what, 'npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...specs]);

  const files = tarballs.map(({ file }) => file);
  install('install the tarballs', files);
  run('serve', process.execPath, ['serve.mjs']);

  install('install the optional peers and TypeScript', [...peersOf(tarballs), ...compiler()]);
  writeFileSync(join(folder, 'every-export.mjs'), importAll(tarballs));
  run('import every export', process.execPath, ['every-export.mjs']);
  run('type-check', process.execPath, ['node_modules/typescript/bin/tsc', '--project', 'tsconfig.json']);
}

/**
 * @param {string} cwd
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 */
function runIn(cwd, what, command, args) {
  console.log(`\n── ${what}`);
  const started = performance.now();
  // Development: a certificate is then made on demand.
  const { NODE_ENV: _, NODE_OPTIONS: __, ...env } = process.env;
  const { error, status, signal } = spawnSync(command, args, {
    cwd,
    env,
    stdio: 'inherit',
    // A program that does not end is a program that failed. npm may have much to fetch.
    timeout: command === 'npm' ? 300_000 : 60_000,
    killSignal: 'SIGKILL',
  });
  if (error ?? status !== 0) {
    throw new StepError(`"${what}" failed: ${error?.message ?? signal ?? `exit code ${status}`}`);
  }
  console.log(`   ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** @param {Tarball[]} tarballs */
function peersOf(tarballs) {
  const peers = Object.assign({}, ...tarballs.map(({ manifest }) => manifest.peerDependencies));
  return Object.entries(peers).map(([name, range]) => `${name}@${range}`);
}

/** The compiler of the workspace, and the Node types of the oldest Node that is supported. */
function compiler() {
  const { devDependencies = {} } = readManifest(root);
  return ['typescript', '@types/node'].map((name) => `${name}@${devDependencies[name]}`);
}

/** @param {Tarball[]} tarballs */
function importAll(tarballs) {
  const specifiers = tarballs.flatMap(({ manifest }) => specifiersOf(manifest));
  const imports = specifiers.map((specifier, index) => `import * as m${index} from '${specifier}';\n`);
  return `${imports.join('')}console.log([${specifiers.map((_, index) => `m${index}`).join(', ')}].length, 'modules');\n`;
}
