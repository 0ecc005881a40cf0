import { Readable, Stream } from 'node:stream';

import { isFeed, toFeedStream } from './feed.ts';
import { unsendable } from './unsendable.ts';

/** A Node stream of any package and age: `readable-stream`, `through`. */
interface NodeStream extends NodeJS.ReadableStream {
  readonly readable: boolean;
  destroy?(error?: Error): unknown;
}

/** A Web stream of any implementation; some lack all that is optional here. */
interface WebStream {
  getReader(): WebReader;
}

interface WebReader extends Pick<ReadableStreamDefaultReader<unknown>, 'read'> {
  readonly closed?: Promise<unknown> | undefined;
  cancel?(): Promise<unknown>;
}

/** Whether a value is sent as a stream, whatever its class. */
export function isStream(value: object): boolean {
  return (
    Symbol.asyncIterator in value ||
    isWebStream(value) ||
    isNodeStream(value) ||
    isBlob(value) ||
    isFeed(value)
  );
}

/** Whether a value is a `Blob` or `File`, of this or of another implementation. */
export function isBlob(value: object): value is Blob {
  if (value instanceof Blob) return true;
  const { arrayBuffer, stream, size } = value as Partial<Blob>;
  return typeof arrayBuffer === 'function' && typeof stream === 'function' && typeof size === 'number';
}

/** @throws TypeError for a stream that is not readable, or has ended */
export function toReadable(value: object): Readable | undefined {
  if (value instanceof Readable) return value;
  if (isFeed(value)) return toFeedStream(value);
  if (isBlob(value)) return toReadable(value.stream());
  if (isWebStream(value)) return fromWeb(value.getReader());
  if (Symbol.asyncIterator in value) return Readable.from(value as AsyncIterable<unknown>);
  if (isNodeStream(value) && value.readable) return wrap(value);
  if (value instanceof Stream || isNodeStream(value)) {
    throw unsendable(`A ${value.constructor.name} can't be read, so it can't be sent.`);
  }
  return undefined;
}

/** Calls `listener` when a stream emits an error, which would end the process without a listener. */
export function onStreamError(value: object, listener: (error: Error) => void): void {
  const { on } = value as Partial<NodeJS.EventEmitter>;
  if (typeof on === 'function') on.call(value, 'error', listener);
}

/** Releases a stream that will not be sent. */
export function discard(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  if (body instanceof ReadableStream) {
    if (!body.locked) void body.cancel().catch(ignore);
  } else if (isFeed(body)) {
    body.destroy();
  } else if (body instanceof Readable || isNodeStream(body)) {
    onStreamError(body, ignore);
    body.destroy?.();
  }
}

function isWebStream(value: object): value is WebStream {
  return typeof (value as Partial<WebStream>).getReader === 'function';
}

function isNodeStream(value: object): value is NodeStream {
  const { pipe, on } = value as Partial<NodeStream>;
  return typeof pipe === 'function' && typeof on === 'function';
}

/**
 * Not Node's conversion, which takes only Node's own streams and a chunk that is `null` for the end, and not the iterator of the
 * stream: if it is left while it waits for a chunk, it cancels the stream only when that has come.
 */
function fromWeb(reader: WebReader): Readable {
  const chunks: AsyncIterator<unknown, undefined> = {
    next: () => reader.read() as Promise<IteratorResult<unknown, undefined>>,
    return: async () => {
      await reader.cancel?.();
      return { done: true, value: undefined };
    },
  };
  const source = Readable.from({ [Symbol.asyncIterator]: () => chunks });
  // It may fail before anyone reads.
  reader.closed?.catch((error: unknown) => source.destroy(error as Error));
  return source;
}

/** Streams older than async iterators only have events. */
function wrap(stream: NodeStream): Readable {
  return new Readable({
    destroy: (error, callback) => {
      stream.destroy?.();
      callback(error);
    },
  }).wrap(stream);
}

function ignore(): void {}
