import type { Readable } from 'node:stream';

/** Tells a stream that is being sent to end between two of its chunks. */
export const END = Symbol.for('blaizejs.end');

/** A stream that has to complete its output before it ends, such as one that encodes another. */
export interface Endable extends Readable {
  /** Ends its output as if its source had ended. */
  [END](): void;
}

/** Whether a stream completes its output when it is told to end. */
export function isEndable(stream: Readable): stream is Endable {
  return END in stream;
}
