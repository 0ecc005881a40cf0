import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import type { Answer, Command } from './children/commands.ts';

/** A process of its own that uses a cache. */
export class CacheProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #count = 0;

  constructor(redis: string, directory: string) {
    this.#child = fork(new URL('children/use-cache.ts', import.meta.url), [redis, directory], {
      execArgv: FROM_SOURCE,
    });
    this.#child.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  async ready(): Promise<void> {
    await this.#answer(0);
  }

  /** When a load begins that waits. */
  async loading(): Promise<void> {
    await this.#answer(-1);
  }

  async do(command: Omit<Command, 'id' | 'key'> & { readonly key?: string }): Promise<unknown> {
    const id = (this.#count += 1);
    const answer = this.#answer(id);
    this.#child.send({ key: 'key', ...command, id });
    const { value, error } = await answer;
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #answer(id: number): Promise<Answer> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
}
