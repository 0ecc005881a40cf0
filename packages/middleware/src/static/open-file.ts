import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

import { ServiceUnavailableError } from '@blaizejs/errors';

import { warnUnreadable } from './unreadable.ts';

/** A file that is open, and what it was when it was opened. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly stats: BigIntStats;
}

/** Whether a file may be sent, by where it is after all links, relative to the root. */
export type IsAllowed = (segments: readonly string[]) => boolean;

/** A folder, below which files are opened. */
export class Root {
  readonly folder: string;
  readonly #isAllowed: IsAllowed;
  /** Without links. Read again if a file is not in it: a release may have moved the link. */
  #real: string | undefined;

  constructor(folder: string, isAllowed: IsAllowed) {
    this.folder = folder;
    this.#isAllowed = isAllowed;
  }

  /** Whether a file without links, or its handle, is in the folder. */
  async holds(real: string): Promise<boolean> {
    if (this.#real !== undefined && this.#contains(this.#real, real)) return true;
    this.#real = await realpath(this.folder);
    return this.#contains(this.#real, real);
  }

  #contains(root: string, real: string): boolean {
    const prefix = root.endsWith(path.sep) ? root : root + path.sep;
    return real.startsWith(prefix) && this.#isAllowed(real.slice(prefix.length).split(path.sep));
  }
}

// Without O_NONBLOCK, opening a pipe would wait for its other end. O_NOCTTY: a terminal must not become that of the server.
// Windows has neither; `undefined` adds nothing.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Opens a regular file. With a root, the file has to be in it after all links were followed; this is read from the handle, so
 * a link that changes in the meantime makes no difference.
 *
 * @returns undefined if there is no such file, or it must not be served
 * @throws ServiceUnavailableError (503) if the process or system has too many open files
 */
export async function openFile(file: string, root?: Root): Promise<OpenFile | undefined> {
  // Opening a device or a pipe may have effects of its own.
  const before = await statFile(file);
  if (!before?.isFile()) return undefined;
  const handle = await orNothing(file, open(file, FLAGS));
  if (!handle) return undefined;
  try {
    const stats = await handle.stat({ bigint: true });
    if (stats.isFile() && (!root || (await isWithin(file, handle, stats, root)))) return { handle, stats };
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

/** @returns undefined if there is nothing */
export async function statFile(file: string): Promise<BigIntStats | undefined> {
  return orNothing(file, stat(file, { bigint: true }));
}

/** Whether two looks at a path saw the same content. */
export function isUnchanged(before: BigIntStats, after: BigIntStats): boolean {
  return before.size === after.size && before.mtimeNs === after.mtimeNs;
}

async function isWithin(file: string, { fd }: FileHandle, stats: BigIntStats, root: Root): Promise<boolean> {
  const own = await readlink(`/proc/self/fd/${fd}`).catch(() => undefined);
  if (own !== undefined) return root.holds(own);
  // No Linux. The path may change between these calls, but has to lead to the file that is open each time.
  const real = await orNothing(file, realpath(file));
  if (real === undefined || !(await root.holds(real))) return false;
  const there = await statFile(real);
  return (
    there?.ino === stats.ino && there.dev === stats.dev && (await orNothing(file, realpath(file))) === real
  );
}

// To a client, a file that the server may not read is not there.
const UNREADABLE = new Set(['EACCES', 'EPERM']);
const NOTHING = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ENAMETOOLONG',
  'ELOOP',
  'ENXIO',
  'ENODEV',
  'EINVAL',
]);

/** @returns undefined if there is nothing, or nothing that may be read */
export async function orNothing<T>(file: string, looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (NOTHING.has(code)) return undefined;
    if (UNREADABLE.has(code)) {
      warnUnreadable(file, code);
      return undefined;
    }
    if (code === 'EMFILE' || code === 'ENFILE') throw tooManyFiles(error);
    throw error;
  }
}

function tooManyFiles(cause: unknown): ServiceUnavailableError {
  return new ServiceUnavailableError('The server has too many open files.', {
    cause,
    headers: { 'retry-after': '1' },
  });
}
