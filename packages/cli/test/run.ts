import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { onTestFinished } from 'vitest';

import type { ExitCode } from '../src/command.ts';
import { main } from '../src/main.ts';
import type { World } from '../src/world.ts';

/** What a command wrote, in either way; it grows while the command runs. */
export interface Written {
  /** To standard output. */
  readonly out: string;
  /** To standard error. */
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

/** The command in this process, while it runs. It is told to stop when the test is over. */
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

  /** Resolves when it says something that fits, after what was found last. */
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

/** The real command, in a process of its own. It is killed when the test is over. */
export class Bin implements Written {
  readonly process: ChildProcess;
  /** With the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  out = '';
  err = '';

  constructor(cwd: string, args: readonly string[], { env = {}, terminal = false, into }: BinOptions = {}) {
    const own = [process.execPath, '--import', TSX, BIN, ...args];
    // A terminal of no width would break lines after each letter.
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

  /** Resolves when it has written something that fits, wherever. */
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

/** How the real command is run. */
export interface BinOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Linux only: `script`, of util-linux, takes other arguments elsewhere. */
  readonly terminal?: boolean;
  /** The descriptor of a file that it writes to. */
  readonly into?: number;
}

const IN_TERMINAL = ['script', '--quiet', '--return', '/dev/null', '--command'];
const BIN = path.resolve(import.meta.dirname, '../src/bin.ts');
const TSX = import.meta.resolve('tsx');

/** That of this process, without what vitest put there; all of the framework runs from source. */
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
