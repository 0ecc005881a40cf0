import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { onTestFinished } from 'vitest';

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
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const found = await heard(
      pattern,
      () => this.err.slice(this.#found),
      (look) => this.#heard.add(look),
      this.ended,
    );
    this.#found += found.index + found[0].length;
    return found;
  }

  #found = 0;
}

/** The real command, in its own process. Killed at the end of the test. */
export class Bin implements Written {
  readonly process: ChildProcess;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  out = '';
  err = '';

  constructor(cwd: string, args: readonly string[], { env = {}, terminal = false, into }: BinOptions = {}) {
    const own = [process.execPath, '--import', TSX, BIN, ...args];
    // A terminal without a width would wrap lines after each letter.
    const line = `stty cols 120; exec ${own.map((arg) => `'${arg}'`).join(' ')}`;
    const [file, ...rest] = terminal ? [...IN_TERMINAL, line] : own;
    const output = into ?? 'pipe';
    this.process = spawn(file!, rest, {
      cwd,
      env: { ...environment(), ...env },
      stdio: ['pipe', output, output],
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.ended = once(this.process, 'close').then(([code, signal]) => (signal ?? code) as number);
    onTestFinished(async () => {
      this.process.kill('SIGKILL');
      await this.ended;
    });
  }

  /** Resolves when its output or standard error matches. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return heard(
      pattern,
      () => `${this.out}${this.err}`,
      (look) => {
        this.process.stdout?.on('data', look);
        this.process.stderr?.on('data', look);
      },
      this.ended,
    );
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

function heard(
  pattern: RegExp,
  read: () => string,
  onMore: (look: () => void) => void,
  ended: Promise<unknown>,
): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const found = pattern.exec(read());
      if (found) resolve(found);
    };
    onMore(look);
    void ended.then((code) => {
      look();
      reject(new Error(`It ended (${String(code)}) without saying ${String(pattern)}:\n${read()}`));
    });
    look();
  });
}
