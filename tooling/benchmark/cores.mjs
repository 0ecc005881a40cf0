/** Servers have the first core, what puts load on them the second. */
import { spawnSync } from 'node:child_process';

/** Whether both are there for this process, and so is the program that keeps others on them. */
export const pinned = ['0', '1'].every((core) => spawnSync('taskset', ['-c', core, 'true']).status === 0);

/**
 * @param {0 | 1} core
 * @param {readonly string[]} command with its arguments
 * @returns {string[]}
 */
export function onCore(core, command) {
  return pinned ? ['taskset', '-c', String(core), ...command] : [...command];
}

/** Moves this process out of the way of the servers. */
export function leaveServersAlone() {
  if (pinned) spawnSync('taskset', ['-a', '-c', '-p', '1', String(process.pid)]);
}

/** Whether a program is installed. @param {string} program */
export function has(program) {
  return spawnSync(program, ['--version']).error === undefined;
}
