export type StoreName = 'redis' | 'tiered' | 'disk';

/** What a process that shares a cache does. */
export interface Command {
  readonly id: number;
  readonly store: StoreName;
  readonly do: 'wrap' | 'release' | 'purge' | 'delete' | 'hammer' | 'stats';
  readonly key: string;
  readonly value?: unknown;
  /** Whether loading waits for `release`. */
  readonly isHeld?: boolean;
}

/** What it says of it; -1 when a load begins that waits. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}
