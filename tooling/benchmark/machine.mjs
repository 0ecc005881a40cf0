/** What the results depend on: the machine, and all versions. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

import { readManifest, root } from '../workspace.mjs';
import { pinned } from './cores.mjs';
import { FRAMEWORKS } from './frameworks.mjs';

/** The version of Node that a binary is, as `20.20.2`. @param {string} binary */
export function nodeVersion(binary) {
  const { error, status, stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  if (error !== undefined || status !== 0)
    throw new Error(`${binary} is not Node: ${error ?? `exit code ${status}`}`);
  return stdout.trim().replace(/^v/, '');
}

/** As a list in Markdown. @param {readonly string[]} nodes versions */
export function describeRun(nodes) {
  const versions = FRAMEWORKS.flatMap(({ packages }) => packages).map((name) => {
    const { version } = readManifest(join(import.meta.dirname, 'node_modules', name));
    return name === 'blaizejs' ? `${name} at ${commit()}` : `${name} ${version}`;
  });
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `- ${new Date().toISOString().slice(0, 10)}`,
    `- ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${memory} GiB, ${system()}`,
    pinned
      ? '- server on the first core, load on the second'
      : '- server and load **not** pinned to cores of their own: the figures are worth little',
    `- Node ${nodes.join(', ')}`,
    `- ${versions.join(', ')}`,
  ].join('\n');
}

function commit() {
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
    const changed = git('status', '--porcelain', '--', 'packages') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`;
  } catch {
    return 'an unknown commit';
  }
}

function system() {
  try {
    return (
      readFileSync('/etc/os-release', 'utf8').match(/^PRETTY_NAME="?([^"\n]*)/m)?.[1] ?? process.platform
    );
  } catch {
    return process.platform;
  }
}
