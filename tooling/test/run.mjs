/** `pnpm test`: starts vitest on what was asked for, then holds each package to its coverage. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { members, root } from '../workspace.mjs';
import { perPackage, table } from './coverage.mjs';
import { translate, UsageError } from './translate.mjs';

/** @import { Run } from './translate.mjs' */

const SUMMARY = join(root, 'coverage/coverage-summary.json');

const projects = [
  ...[...members('packages'), ...members('apps')].map(({ folder, path, manifest }) => ({
    folder,
    path,
    name: manifest.name,
  })),
  { folder: 'tooling', path: 'tooling', name: 'tooling' },
];

try {
  const run = translate(process.argv.slice(2), projects);
  // An old summary must never be taken for this run's.
  if (run.coverage) rmSync(SUMMARY, { force: true });
  const code = await vitest(run);
  process.exitCode = code === 0 && run.coverage && !run.watch ? checkCoverage(run) : code;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

/**
 * @param {Run} run
 * @returns {Promise<number>} the exit code
 */
function vitest({ args, debug }) {
  const cli = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: root,
    stdio: 'inherit',
    // The presets read it: hook timeouts cannot be set for all projects from the command line.
    env: { ...process.env, ...(debug && { BLAIZE_TEST_DEBUG: '1' }) },
  });
  // The terminal sends its signals to vitest as well, which ends in order; this process waits for that.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/**
 * @param {Run} run
 * @returns {number} the exit code
 */
function checkCoverage({ partial }) {
  if (!existsSync(SUMMARY)) {
    console.error('vitest wrote no coverage summary, so coverage could not be checked.');
    return 1;
  }
  const rows = perPackage(JSON.parse(readFileSync(SUMMARY, 'utf8')));
  console.log(`\n${table(rows)}`);
  return partial || rows.every((row) => row.enough) ? 0 : 1;
}
