import { loadPino } from '#pino';

import { atMostOnceAMinute } from './at-most-once-a-minute.ts';
import { LogOutputFile } from './log-file.ts';
import type { LogFile } from './log-options.ts';
import { readable } from './readable.ts';

/** The settings of a {@link LogOutput}. */
export interface OutputSettings {
  /** Whether standard output gets text for people. */
  readonly pretty: boolean;
  /** How to write to standard output: `direct` skips Node's stream, and survives a full disk. `false`: not at all. */
  readonly stdout: 'direct' | 'stream' | false;
  /** The files, and the number of the lowest level that each gets. */
  readonly files: readonly { readonly file: LogFile; readonly lowest: number | undefined }[];
  /** Applied to each line. */
  readonly clean: (line: string) => string;
}

/** Where the lines of a log go. */
export class LogOutput {
  readonly #settings: OutputSettings;
  readonly #files: readonly { readonly output: LogOutputFile; readonly lowest: number }[];
  #writeOut: ((line: string) => unknown) | undefined;
  #forgetExit: (() => void) | undefined;

  constructor(settings: OutputSettings) {
    const { files, stdout, pretty } = settings;
    this.#settings = settings;
    this.#files = files.map(({ file, lowest = 0 }) => ({
      output: new LogOutputFile(file, complain),
      lowest,
    }));
    if (stdout !== false) this.#writeOut = outWriter(pretty, stdout);
    if (files.length === 0) return;
    const flush = (): void => {
      for (const { output } of this.#files) output.flush();
    };
    process.on('exit', flush);
    this.#forgetExit = () => void process.off('exit', flush);
  }

  async open(): Promise<void> {
    for (const { output } of this.#files) await output.open();
  }

  /** Called by pino. */
  write(line: string): void {
    const clear = this.#settings.clean(line);
    this.#writeOut?.(clear);
    if (this.#files.length === 0) return;
    // pino begins each line with the level.
    const level = Number.parseInt(clear.slice('{"level":'.length), 10);
    for (const { output, lowest } of this.#files) if (level >= lowest) output.write(clear);
  }

  close(): void {
    for (const { output } of this.#files) output.close();
    this.#forgetExit?.();
  }
}

function outWriter(pretty: boolean, way: 'direct' | 'stream'): (line: string) => unknown {
  const format = pretty ? readable : (line: string) => line;
  if (way === 'stream') return (line) => process.stdout.write(format(line));
  const complainSometimes = atMostOnceAMinute((error: Error) => complain('standard output', error));
  const options = { fd: (process.stdout as { fd?: number }).fd ?? 1, sync: true, maxLength: 8 * 1024 * 1024 };
  // Without a listener, a full disk or a closed pipe would end the process.
  const stream = loadPino().destination(options).on('error', complainSometimes);
  return (line) => stream.write(format(line));
}

function complain(where: string, error: Error): void {
  try {
    process.stderr.write(`The log can't be written to ${where}: ${error.message}\n`);
  } catch {
    // There is nowhere left to complain.
  }
}
