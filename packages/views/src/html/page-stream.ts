import { isPromise, Later, letGo } from './later.ts';
import { type Part, partsOf } from './render.ts';

const DONE = { done: true, value: undefined } as const;

/**
 * Reads a page in chunks, in order. What is there is one chunk; then it waits for what comes next. It takes something from an
 * async iterable only when it is asked for more. When it is ended early, it lets everything go at once, also what it waits for.
 */
export class PageStream implements AsyncIterator<string, undefined> {
  /** Reversed: the next one is the last. */
  readonly #parts: (Part | Reading)[];
  #isOver = false;
  /** What it waits for. */
  #current: Reading | undefined;

  constructor(parts: readonly Part[]) {
    this.#parts = parts.toReversed();
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    let text = '';
    for (;;) {
      const part = this.#parts.pop();
      if (typeof part === 'string') {
        text += part;
        continue;
      }
      if (text !== '') {
        if (part) this.#parts.push(part);
        return { done: false, value: text };
      }
      if (!part || this.#isOver) return DONE;
      try {
        await this.#read(part);
      } catch (error) {
        this.#end();
        throw error;
      }
    }
  }

  return(): Promise<typeof DONE> {
    this.#end();
    return Promise.resolve(DONE);
  }

  async #read(part: Later | Reading): Promise<void> {
    if (part instanceof Later && isPromise(part.source)) {
      const value = await part.source;
      if (this.#isOver) letGoOf(value);
      else this.#parts.push(...partsOf(value, part.isPlain).reverse());
      return;
    }
    const reading =
      part instanceof Later ? new Reading(part.source as AsyncIterable<unknown>, part.isPlain) : part;
    this.#current = reading;
    const { done, value } = (await reading.items.next()) as IteratorResult<unknown, unknown>;
    this.#current = undefined;
    if (this.#isOver) letGoOf(value);
    else if (!done) this.#parts.push(reading, ...partsOf(value, reading.isPlain).reverse());
  }

  #end(): void {
    this.#isOver = true;
    for (const part of [this.#current, ...this.#parts.splice(0)]) {
      if (part instanceof Reading) part.letGo();
      else if (part instanceof Later) letGo(part.source);
    }
    this.#current = undefined;
  }
}

/** An async iterable that is being read. */
class Reading {
  readonly items: AsyncIterator<unknown>;
  readonly isPlain: boolean;
  readonly #source: object;

  constructor(source: AsyncIterable<unknown>, isPlain: boolean) {
    this.#source = source;
    this.items = source[Symbol.asyncIterator]();
    this.isPlain = isPlain;
  }

  letGo(): void {
    // The iterator of a stream would wait for its next chunk.
    if ('destroy' in this.#source) letGo(this.#source);
    letGo(this.items);
  }
}

function letGoOf(value: unknown): void {
  if (typeof value === 'object' && value !== null) letGo(value);
}
