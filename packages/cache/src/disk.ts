import {
  checkOptions,
  is,
  isInteger,
  limit,
  MAX_TIMER,
  options as shapeOf,
  orElse,
  text,
} from '@blaizejs/errors/internal';
import type { KeyValueStore } from '@blaizejs/types';

import { DiskFiles } from './disk/disk-files.ts';
import { openFolder } from './disk/open-folder.ts';

/** The options of {@link diskStore}. */
export interface DiskStoreOptions {
  /** The path of a folder for this store alone. It is made if there is none, and must not be writable by other users. */
  readonly directory: string;
  /** Bytes of disk that all files may take, in blocks of 4 KiB. Default: 1 073 741 824 (1 GiB). */
  readonly maxBytes?: number | undefined;
  /** Milliseconds between two sweeps, which delete what is over or purged. Default: 600 000; 0 for none. */
  readonly sweepInterval?: number | undefined;
}

/** A store in files, see {@link diskStore}. */
export interface DiskStore extends KeyValueStore {
  replace: NonNullable<KeyValueStore['replace']>;
  /** Deletes files whose time is up, that were purged, or that are too many. */
  sweep(): Promise<void>;
  /** Sweeps no more, and waits for a sweep under way. The files stay. */
  close(): Promise<void>;
  /** `await using` closes it. */
  [Symbol.asyncDispose](): Promise<void>;
}

const check = shapeOf(
  {
    directory: text('the path of a folder'),
    maxBytes: limit(1024 ** 3),
    sweepInterval: orElse(
      is<number>(`milliseconds from 0 to ${MAX_TIMER}`, (value) => isInteger(value, 0, MAX_TIMER)),
      600_000,
    ),
  },
  'an object of options, such as { directory: "/var/cache/app" }',
);

/**
 * Creates a store in files. It outlives restarts, and several processes of a machine may use one folder.
 *
 * A file is written under another name and renamed, so it is never seen half written; what a crash has damaged is no value.
 * When there is too much, what was used longest ago is deleted. `replace()` compares and sets as one step in a process; two
 * processes that replace the same key within the same few milliseconds may both do so.
 *
 * @throws ConfigurationError if an option is not valid, or the folder is a link or somebody else's
 */
export function diskStore(options: DiskStoreOptions): DiskStore {
  const { directory, maxBytes, sweepInterval } = checkOptions(check, options, 'diskStore()');
  return new DiskFiles(openFolder(directory), maxBytes, sweepInterval);
}

export type { KeyValueOptions, KeyValueStore } from '@blaizejs/types';
