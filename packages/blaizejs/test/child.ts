import path from 'node:path';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { Child } from '../../../tooling/test/child.ts';

const FIXTURES = path.resolve(import.meta.dirname, 'fixtures');

/** The options for running a file. */
export interface RunOptions {
  readonly cwd: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** A program that replaces itself with the file's process, and its arguments. */
  readonly launcher?: readonly string[];
}

/** Runs a fixture by name, or a file by its absolute path, until the end of the block at the latest. */
export function run(file: string, { cwd, args = [], env = {}, launcher = [] }: RunOptions): Child {
  const node = [process.execPath, ...FROM_SOURCE, path.resolve(FIXTURES, file), ...args];
  const [program = '', ...rest] = [...launcher, ...node];
  // vitest's own NODE_ENV is not the child's.
  const { NODE_ENV: _, ...inherited } = process.env;
  return new Child(program, rest, {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}
