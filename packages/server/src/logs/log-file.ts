import { appendFileSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';

import { BlaizeError } from '@blaizejs/errors';

import { loadPino } from '#pino';

import { atMostOnceAMinute } from './at-most-once-a-minute.ts';
import type { LogFile } from './log-options.ts';

/** The part of a SonicBoom stream that is used here. */
interface Stream {
  readonly file: string;
  readonly destroyed: boolean;
  write(line: string): unknown;
  end(): void;
  destroy(): void;
  reopen(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'drop', listener: () => void): unknown;
}

// Bytes that wait for a full disk. Further lines are dropped.
const MAX_WAITING = 8 * 1024 * 1024;
// Milliseconds between two looks at whether the file has been moved.
const LOOK = 1_000;
const DEFAULT_KEEP = 7;
// Logs have personal data.
const MODE = 0o640;

/** A file of the log. Lines are written at once, so a crash loses none. A disk that is full loses lines, not the process. */
export class LogOutputFile {
  readonly #file: LogFile;
  readonly #complain: (file: string, error: Error) => void;
  #stream: Stream | undefined;
  #waiting: string[] = [];
  #inode: bigint | undefined;
  #lookAt = 0;
  #isClosed = false;
  #current: string;

  /** @param complain called at most once a minute while lines can't be written */
  constructor(file: LogFile, complain: (file: string, error: Error) => void) {
    this.#file = file;
    this.#current = path.resolve(file.path);
    this.#complain = atMostOnceAMinute(complain);
  }

  /** @throws BlaizeError `ERR_BLAIZE_LOG_FILE` if the file can't be opened */
  async open(): Promise<void> {
    if (this.#stream) return;
    const { maxSize, every } = this.#file;
    try {
      mkdirSync(path.dirname(this.#current), { recursive: true });
      const rolls = maxSize !== undefined || every !== undefined;
      this.#stream = rolls ? await this.#openRolling() : this.#openPlain();
    } catch (error) {
      if (error instanceof BlaizeError) throw error;
      throw new BlaizeError(
        'ERR_BLAIZE_LOG_FILE',
        `The log file ${this.#current} can't be opened: ${(error as Error).message}. ` +
          'Change `logger.file`, or let the user that runs the server write there.',
        { cause: error },
      );
    }
    const failed = (error: Error): void => this.#complain(this.#current, error);
    this.#stream.on('error', failed);
    this.#stream.on('drop', () => failed(new Error('too many lines wait; further ones are lost')));
    for (const line of this.#waiting.splice(0)) this.write(line);
  }

  write(line: string): void {
    if (!this.#stream) {
      if (this.#isClosed) this.#append(line);
      else this.#waiting.push(line);
      return;
    }
    try {
      this.#follow(this.#stream);
      this.#stream.write(line);
    } catch (error) {
      this.#complain(this.#current, error as Error);
    }
  }

  /** Writes lines elsewhere that wait for a file which was never opened, since the server did not start. */
  flush(): void {
    for (const line of this.#waiting.splice(0)) process.stderr.write(line);
  }

  close(): void {
    this.flush();
    this.#isClosed = true;
    const stream = this.#stream;
    if (!stream) return;
    this.#current = path.resolve(stream.file);
    this.#stream = undefined;
    // Not `flushSync()`: it tries forever while the disk is full. Nothing waits unless it is.
    stream.end();
    if (!stream.destroyed) stream.destroy();
  }

  #openPlain(): Stream {
    // A clearer error than the stream's own, which it may emit later.
    closeSync(openSync(this.#current, 'a', MODE));
    this.#inode = inodeOf(this.#current);
    const options = { dest: this.#current, sync: true, append: true, mode: MODE, maxLength: MAX_WAITING };
    return loadPino().destination(options) as unknown as Stream;
  }

  async #openRolling(): Promise<Stream> {
    const { maxSize, every, keep = DEFAULT_KEEP } = this.#file;
    const roll = await loadRoll();
    return roll({
      file: this.#current,
      sync: true,
      append: true,
      mode: MODE,
      maxLength: MAX_WAITING,
      ...(maxSize !== undefined && { size: `${maxSize}b` }),
      ...(every && { frequency: every === 'day' ? 'daily' : 'hourly', dateFormat: DATE[every] }),
      limit: { count: keep, removeOtherLogFiles: true },
    });
  }

  /** logrotate moves the file away: goes on with a new one. */
  #follow(stream: Stream): void {
    if (this.#inode === undefined) return;
    const now = Date.now();
    if (now < this.#lookAt) return;
    this.#lookAt = now + LOOK;
    const inode = inodeOf(this.#current);
    if (inode === this.#inode) return;
    stream.reopen();
    this.#inode = inodeOf(this.#current);
  }

  /** After the end. */
  #append(line: string): void {
    try {
      appendFileSync(this.#current, line, { mode: MODE });
    } catch (error) {
      this.#complain(this.#current, error as Error);
    }
  }
}

const DATE = { day: 'yyyy-MM-dd', hour: 'yyyy-MM-dd-HH' } as const;

function inodeOf(file: string): bigint | undefined {
  // Without `bigint`, Node 20 and 22 would no longer follow links to modules if this is a pipe (nodejs/node#51142).
  return statSync(file, { throwIfNoEntry: false, bigint: true })?.ino;
}

type Roll = (options: Readonly<Record<string, unknown>>) => Promise<Stream>;

async function loadRoll(): Promise<Roll> {
  try {
    // @ts-expect-error -- it has no types
    const loaded = (await import('pino-roll')) as { readonly default: Roll };
    return loaded.default;
  } catch (error) {
    throw new BlaizeError(
      'ERR_BLAIZE_LOG_FILE',
      `\`maxSize\` and \`every\` of a log file need the package pino-roll, which can't be loaded: ${(error as Error).message}. ` +
        'Install it with `npm install pino-roll`.',
      { cause: error },
    );
  }
}
