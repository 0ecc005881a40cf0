import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');
// By URL, since it may not be resolvable from the working directory of a child. Without tsx's own command, which adds a
// process between the test and the server, and forwards only some signals.
const LOADER = import.meta.resolve('tsx');

/** A child process that runs a TypeScript file. Killed at the end of its block if it is still running. */
export interface Child extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Standard output and standard error so far. */
  readonly output: string;
  /** The exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals>;
  /** Resolves with the first match in its output; rejects if it ends without one. */
  says(pattern: RegExp | string): Promise<RegExpMatchArray>;
  kill(signal: NodeJS.Signals): void;
}

/** The options for running a file. */
export interface ChildOptions {
  readonly cwd: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** A program that replaces itself with the file's process, and its arguments. */
  readonly launcher?: readonly string[];
}

/** Runs a fixture by name, or a file by its absolute path. */
export function run(file: string, { cwd, args = [], env = {}, launcher = [] }: ChildOptions): Child {
  const [program = process.execPath, ...argv] = [
    ...launcher,
    process.execPath,
    '--import',
    LOADER,
    '--conditions',
    '@blaizejs/source',
    path.resolve(FIXTURES, file),
    ...args,
  ];
  // vitest's own NODE_ENV is not the child's.
  const { NODE_ENV: _, ...inherited } = process.env;
  const child = spawn(program, argv, {
    cwd,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const exit = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals);
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));

  const says = (pattern: RegExp | string): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = output.match(pattern);
        if (!match) return;
        child.stdout?.off('data', look);
        child.stderr?.off('data', look);
        resolve(match);
      };
      child.stdout?.on('data', look);
      child.stderr?.on('data', look);
      void exit.then((code) => {
        look();
        reject(new Error(`It ended (${code}) without saying ${String(pattern)}:\n${output}`));
      });
      look();
    });

  return {
    process: child,
    get output() {
      return output;
    },
    exit,
    says,
    kill: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
