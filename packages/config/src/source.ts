import type { TextEntry } from './text-layer.ts';

/** What a source answers. */
export type SourceValues =
  /** A document, in which values have their types. */
  | { readonly values: unknown; readonly from?: (path: readonly string[]) => string }
  /** Texts by path, such as the keys of a store. The schema says what they stand for. */
  | { readonly entries: readonly TextEntry[] };

/** Somewhere else to read values from: `httpSource()`, `etcdSource()`, `consulSource()`, or one of an app. */
export interface ConfigSource {
  /** Its name in messages, without secrets: `etcd http://127.0.0.1:2379/app/`. */
  readonly name: string;
  /** Reads all values. If it is rejected, the values that were read last are used; there have to be some at start. */
  load(signal: AbortSignal): Promise<SourceValues>;
  /**
   * Waits for changes, calls `changed` after each, and returns when the signal is aborted. It calls `failed` and goes
   * on.
   */
  watch?(watcher: SourceWatcher): Promise<void>;
}

/** What a source is given to watch. */
export interface SourceWatcher {
  readonly signal: AbortSignal;
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
}
