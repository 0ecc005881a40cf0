import { Readable } from 'node:stream';

/** What takes items from anything that can be iterated, one at a time. */
interface Puller {
  next(): Promise<IteratorResult<unknown, unknown>> | IteratorResult<unknown, unknown>;
  return?(): unknown;
}

/**
 * A stream of one line of JSON for each item. It takes an item only when the reader wants more, and lets the source go when it
 * is destroyed, also if it was never read.
 *
 * @param source a list, an iterator, an async iterable, or a stream of objects
 * @param toLine checks an item, and encodes it
 */
export function toJsonLines(
  source: Iterable<unknown> | AsyncIterable<unknown>,
  toLine: (item: unknown) => string | Promise<string>,
): Readable {
  let items: Puller | undefined;
  const pull = async (): Promise<string | null> => {
    items ??= iteratorOf(source);
    const { done, value } = await items.next();
    if (done) return null;
    return `${await toLine(value)}\n`;
  };
  return new Readable({
    // In bytes. An item is a chunk of its own, which is sent before the next is asked for.
    highWaterMark: 16_384,
    read() {
      pull().then(
        (line) => void this.push(line),
        (error: unknown) => void this.destroy(error as Error),
      );
    },
    destroy(error, callback) {
      try {
        letGo(source, items);
      } finally {
        callback(error);
      }
    },
  });
}

function iteratorOf(source: Iterable<unknown> | AsyncIterable<unknown>): Puller {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

function letGo(source: object, items: Puller | undefined): void {
  // The iterator of a stream would wait for its next chunk before it ends, and that may never come.
  if (source instanceof Readable) source.destroy();
  else if (!items && source instanceof ReadableStream) void source.cancel().catch(ignore);
  else {
    const { return: end } = (items ?? source) as { return?: unknown };
    if (typeof end === 'function') void Promise.resolve(end.call(items ?? source)).catch(ignore);
  }
}

function ignore(): void {}
