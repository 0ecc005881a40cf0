import path from 'node:path';

import { onTestFinished } from 'vitest';

import { Child } from '../../../tooling/test/child.ts';
import { main } from '../src/main.ts';

/** The command that has ended. */
export interface Ran {
  readonly code: number;
  /** Standard output. */
  readonly out: string;
  /** Standard error. */
  readonly err: string;
}

/**
 * Runs the command in this process, without a terminal.
 *
 * @param signal sent as soon as the command listens for signals
 */
export async function run(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  signal?: 'SIGINT' | 'SIGTERM',
): Promise<Ran> {
  let [out, err] = ['', ''];
  const code = await main(args, {
    cwd,
    env: { ...environment(), ...env },
    terminal: false,
    print: (line) => (out += `${line}\n`),
    say: (line) => (err += `${line}\n`),
    output: 'ignore',
    onSignal: (callback) => {
      if (signal) setImmediate(callback, signal);
      return () => undefined;
    },
  });
  return { code, out, err };
}

/** The real command, in a terminal. Killed at the end of the test. Linux only, since `script` is part of util-linux. */
export class InTerminal extends Child {
  constructor(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const line = [process.execPath, '--import', TSX, BIN, ...args].map((each) => `'${each}'`).join(' ');
    // A terminal without a size would wrap lines after each letter.
    const command = `stty cols 120 rows 40; exec ${line}`;
    super('script', ['--quiet', '--return', '/dev/null', '--command', command], {
      cwd,
      env: { ...environment(), ...env },
    });
    onTestFinished(() => this[Symbol.asyncDispose]());
  }

  /** Waits for a question, and answers it. */
  async answers(question: RegExp, keys: string): Promise<void> {
    await this.says(question);
    this.process.stdin?.write(keys);
  }
}

export const ENTER = '\r';
export const DOWN = '\u001b[B';
export const CTRL_C = '\u0003';

const BIN = path.resolve(import.meta.dirname, '../src/bin.ts');
const TSX = import.meta.resolve('tsx');

/** This process's environment, without the variables of the package manager that runs the tests. */
function environment(): NodeJS.ProcessEnv {
  const own = /^(npm_|CI$|NODE_ENV$|NODE_OPTIONS$|VITEST|GIT_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}
