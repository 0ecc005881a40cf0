import type { MessagePort } from 'node:worker_threads';

/** The methods of a graph that another thread can call. */
export type Query = 'track' | 'succeeded' | 'suspects' | 'files' | 'invalidate';

/** A message to the hooks' thread. */
export interface GraphQuestion {
  readonly id: number;
  readonly name: Query;
  readonly files: readonly string[];
}

/** A message from the hooks' thread: the answer to a question or, with the id {@link GREW}, a notification. */
export interface GraphAnswer {
  readonly id: number;
  readonly value: unknown;
}

/** A file was imported for the first time. The value is the time, by `Date.now()`. */
export const GREW = 0;

/** The data for starting the thread. */
export interface ThreadData {
  readonly port: MessagePort;
  readonly entry: string | undefined;
  readonly importer: string;
}
