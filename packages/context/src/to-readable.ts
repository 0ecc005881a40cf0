import { Readable, Stream } from 'node:stream';
import type { ReadableStream as WebReadable } from 'node:stream/web';

import { unsendable } from './unsendable.ts';

/** A Node stream of any package and age: `readable-stream`, `through`. */
interface NodeStream extends NodeJS.ReadableStream {
  readonly readable: boolean;
  destroy?(error?: Error): unknown;
}

interface WebStream {
  getReader(): ReadableStreamDefaultReader<unknown>;
}

/** Whether a value is sent as a stream, whatever its class. */
export function isStream(value: object): boolean {
  return Symbol.asyncIterator in value || isWebStream(value) || isNodeStream(value) || isBlob(value);
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
  if (value instanceof ReadableStream) return fromWeb(value);
  if (isBlob(value)) return toReadable(value.stream());
  if (Symbol.asyncIterator in value) return Readable.from(value as AsyncIterable<unknown>);
  if (isWebStream(value)) return Readable.from(chunksOf(value));
  if (isNodeStream(value) && value.readable) return wrap(value);
  if (value instanceof Stream || isNodeStream(value)) {
    throw unsendable(`A ${value.constructor.name} can't be read, so it can't be sent.`);
  }
  return undefined;
}

/** Takes any object: where the types of browsers are loaded too, theirs of a stream is another than Node's. */
export function fromWeb(stream: object): Readable {
  return Readable.fromWeb(stream as WebReadable);
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

// Node's conversion only takes its own streams.
async function* chunksOf(stream: WebStream): AsyncGenerator {
  const reader = stream.getReader();
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    isOver = true;
  } finally {
    // The loop was left early: nobody reads the rest.
    if (!isOver) await reader.cancel().catch(ignore);
  }
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
