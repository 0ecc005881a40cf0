import type { MessagePort } from 'node:worker_threads';

/** What a graph in another thread can be asked. */
export type Query = 'track' | 'succeeded' | 'suspects' | 'files' | 'invalidate';

/** What is sent to the hooks' thread. */
export interface GraphQuestion {
  readonly id: number;
  readonly name: Query;
  readonly files: readonly string[];
}

/** What comes back; with the id {@link GREW}, what nobody has asked for. */
export interface GraphAnswer {
  readonly id: number;
  readonly value: unknown;
}

/** Says that a file was imported for the first time; the value is when, by `Date.now()`. */
export const GREW = 0;

/** What the thread is started with. */
export interface ThreadData {
  readonly port: MessagePort;
  readonly entry: string | undefined;
  readonly importer: string;
}
