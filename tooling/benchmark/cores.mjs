/** Servers run on the first core, load generators on the second. */
import { spawnSync } from 'node:child_process';

/** Whether this process may use both cores, and the program that pins processes to them is installed. */
export const pinned = ['0', '1'].every((core) => spawnSync('taskset', ['-c', core, 'true']).status === 0);

/**
 * @param {0 | 1} core
 * @param {readonly string[]} command with its arguments
 * @returns {string[]}
 */
export function onCore(core, command) {
  return pinned ? ['taskset', '-c', String(core), ...command] : [...command];
}

/** Moves this process off the servers' core. */
export function leaveServersAlone() {
  if (pinned) spawnSync('taskset', ['-a', '-c', '-p', '1', String(process.pid)]);
}

/** Whether a program is installed. @param {string} program */
export function has(program) {
  return spawnSync(program, ['--version']).error === undefined;
}
