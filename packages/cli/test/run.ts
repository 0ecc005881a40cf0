import path from 'node:path';

import { onTestFinished } from 'vitest';

import { Child } from '../../../tooling/test/child.ts';
import { hear } from '../../../tooling/test/hear.ts';
import type { ExitCode } from '../src/command.ts';
import { main } from '../src/main.ts';
import type { World } from '../src/world.ts';

/** The output of a command. Grows while the command runs. */
export interface Written {
  /** Standard output. */
  readonly out: string;
  /** Standard error. */
  readonly err: string;
}

/** A command that has ended. */
export interface Ran extends Written {
  readonly code: ExitCode;
}

/** Runs the command in this process, without a terminal. */
export async function run(cwd: string, ...args: string[]): Promise<Ran> {
  const command = new Command(cwd, args);
  const code = await command.ended;
  return { code, out: command.out, err: command.err };
}

/** The command, running in this process. Stopped at the end of the test. */
export class Command implements Written {
  readonly ended: Promise<ExitCode>;
  out = '';
  err = '';
  #signalled: (signal: 'SIGINT' | 'SIGTERM') => void = () => undefined;
  readonly #heard = new Set<() => void>();

  constructor(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const write = (to: 'out' | 'err') => (line: string) => {
      this[to] += `${line}\n`;
      for (const look of this.#heard) look();
    };
    const world: World = {
      cwd,
      env: { ...environment(), ...env },
      terminal: false,
      print: write('out'),
      say: write('err'),
      output: 'ignore',
      onSignal: (callback) => {
        this.#signalled = callback;
        return () => undefined;
      },
    };
    this.ended = main(args, world);
    onTestFinished(async () => {
      this.signal('SIGTERM');
      await this.ended;
    });
  }

  signal(signal: 'SIGINT' | 'SIGTERM'): void {
    this.#signalled(signal);
  }

  /** Resolves when its standard error matches, after the last match. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    const found = await hear(pattern, {
      read: () => this.err.slice(this.#found),
      listeners: this.#heard,
      ended: this.ended,
    });
    this.#found += (found.index ?? 0) + found[0].length;
    return found;
  }

  #found = 0;
}

/** The real command, in its own process. Killed at the end of the test. */
export class Bin extends Child {
  constructor(cwd: string, args: readonly string[], { env = {}, terminal = false, into }: BinOptions = {}) {
    const own = [process.execPath, '--import', TSX, BIN, ...args];
    // A terminal without a width would wrap lines after each letter.
    const line = `stty cols 120; exec ${own.map((arg) => `'${arg}'`).join(' ')}`;
    const [file = '', ...rest] = terminal ? [...IN_TERMINAL, line] : own;
    const output = into ?? 'pipe';
    super(file, rest, { cwd, env: { ...environment(), ...env }, stdio: ['pipe', output, output] });
    onTestFinished(() => this[Symbol.asyncDispose]());
  }
}

/** The options of {@link Bin}. */
export interface BinOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Linux only: `script` of util-linux has other arguments elsewhere. */
  readonly terminal?: boolean;
  /** The descriptor of a file to write to. */
  readonly into?: number;
}

const IN_TERMINAL = ['script', '--quiet', '--return', '/dev/null', '--command'];
const BIN = path.resolve(import.meta.dirname, '../src/bin.ts');
const TSX = import.meta.resolve('tsx');

/** This process's environment, without vitest's variables. The framework runs from source. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _, VITEST: __, NODE_OPTIONS: ___, PORT: ____, CI: _____, ...env } = process.env;
  return { ...env, NODE_OPTIONS: '--conditions=@blaizejs/source' };
}
