import type { JobUpdate } from './watch-job.ts';

/** Milliseconds between two comments, which tell proxies that the stream is alive. */
const HEARTBEAT = 15_000;

/** Writes updates as server-sent events. JSON has no line breaks, so nothing in it can end an event. */
export class UpdateStream implements AsyncIterableIterator<string> {
  readonly #updates: AsyncIterator<JobUpdate>;
  #next: Promise<IteratorResult<JobUpdate>> | undefined;
  #hasBegun = false;

  constructor(updates: AsyncIterator<JobUpdate>) {
    this.#updates = updates;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    this.#next ??= this.#updates.next();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const beat = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, HEARTBEAT, undefined);
    });
    const result = await Promise.race([this.#next, beat]).finally(() => clearTimeout(timer));
    if (!result) return { done: false, value: ':\n\n' };
    this.#next = undefined;
    if (result.done) return { done: true, value: undefined };
    // Spread, so that clients of a server that stops do not come back together.
    const retry = this.#hasBegun ? '' : `retry: ${1000 + Math.floor(Math.random() * 2000)}\n`;
    this.#hasBegun = true;
    return { done: false, value: `${retry}data: ${JSON.stringify(result.value)}\n\n` };
  }

  async return(): Promise<IteratorResult<string, undefined>> {
    await this.#updates.return?.();
    return { done: true, value: undefined };
  }
}
