import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

import { onTestFinished } from 'vitest';

import { hear } from './hear.ts';

/** A program in a process of its own. Killed at the end of its block if it is still running. */
export class Child implements AsyncDisposable {
  readonly process: ChildProcess;
  /** Resolves with the exit code, or the signal that ended it, when all of its output is there. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Standard output so far, standard error so far, and both. */
  out = '';
  err = '';
  output = '';
  readonly #listeners = new Set<() => void>();

  constructor(program: string, args: readonly string[], options: SpawnOptions = {}) {
    this.process = spawn(program, args, options);
    this.#collect('out', this.process.stdout);
    this.#collect('err', this.process.stderr);
    this.ended = once(this.process, 'close').then(
      ([code, signal]) => (signal ?? code) as number | NodeJS.Signals,
    );
  }

  /** Resolves with the first match in its output. @throws Error if it ends without one */
  says(pattern: RegExp | string): Promise<RegExpMatchArray> {
    return hear(pattern, { read: () => this.output, listeners: this.#listeners, ended: this.ended });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  #collect(name: 'out' | 'err', stream: NodeJS.ReadableStream | null): void {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      this[name] += text;
      this.output += text;
      for (const listener of this.#listeners) listener();
    });
  }
}

/** Runs a program until the end of the test at the latest. */
export function startChild(...of: ConstructorParameters<typeof Child>): Child {
  const child = new Child(...of);
  onTestFinished(() => child[Symbol.asyncDispose]());
  return child;
}
