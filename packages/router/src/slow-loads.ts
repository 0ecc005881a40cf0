import path from 'node:path';

import { type Loaded, peek } from './module-loader.ts';
import { realPathOf } from './module-url.ts';
import { list } from './reload-report.ts';

/** Milliseconds after which a file that is still loading is reported. */
const SLOW = 2_000;
// Timers may fire a millisecond early.
const SLACK = 5;

/** The options of {@link SlowLoads}. */
export interface SlowLoadsOptions {
  /** The file and its imports, as far as they are not known to have loaded. */
  readonly suspectsOf: (file: string) => Promise<readonly string[]>;
  readonly say: (line: string) => void;
  /** Called when a file that nothing waits for has become slow. */
  readonly wake: () => void;
}

/** Route files that take long to load. A reload continues without them, and reports them. */
export class SlowLoads {
  readonly #options: SlowLoadsOptions;
  /** The time at which each file that is still loading began to. */
  readonly #since = new Map<string, number>();
  /** The line that was reported for each slow file. */
  readonly #lines = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SlowLoadsOptions) {
    this.#options = options;
  }

  /** The lines about files that are still loading. */
  get lines(): string[] {
    return [...new Set(this.#lines.values())];
  }

  /** Restarts the clock for files that are loaded again. @param renewed real paths */
  begin(renewed: ReadonlySet<string>): void {
    for (const file of this.#since.keys()) {
      if (!renewed.has(realPathOf(file))) continue;
      this.#since.delete(file);
      this.#lines.delete(file);
    }
  }

  /** Waits until the loads that have just begun have settled, become slow, or been superseded. */
  async wait(
    loading: readonly Promise<Loaded>[],
    files: readonly string[],
    newer: AbortSignal,
  ): Promise<void> {
    // Don't wait for a file that did not settle last time.
    const begun = loading.filter((_, index) => !this.#since.has(files[index] ?? ''));
    for (const file of files) if (!this.#since.has(file)) this.#since.set(file, performance.now());
    await settledSoon(begun, newer);
    const pending = await pendingOf(loading, files);
    for (const file of this.#since.keys()) {
      if (pending.includes(file)) continue;
      this.#since.delete(file);
      this.#lines.delete(file);
    }
    const dueAt = (file: string): number => (this.#since.get(file) ?? 0) + SLOW - performance.now();
    const unnamed = pending.filter((file) => !this.#lines.has(file));
    const due = unnamed.filter((file) => dueAt(file) < SLACK);
    if (due.length > 0) {
      const line = await this.name(due, files, 'The previous routes stay until then.');
      for (const file of due) this.#lines.set(file, line);
    }
    clearTimeout(this.#timer);
    const soon = unnamed.filter((file) => !due.includes(file)).map(dueAt);
    if (soon.length > 0) this.#timer = setTimeout(this.#options.wake, Math.min(...soon));
  }

  /**
   * Waits until everything has loaded. If that takes long, reports the slow files, and also ends at the first failure or
   * change.
   */
  async waitAtStart(
    loading: readonly Promise<Loaded>[],
    files: readonly string[],
    changed: () => Promise<void>,
  ): Promise<void> {
    if (!(await settledSoon(loading))) return;
    await this.name(await pendingOf(loading, files), files, 'The start waits for it.');
    const failed = loading.map((each) =>
      each.then(({ status }) => (status === 'rejected' ? undefined : new Promise(() => undefined))),
    );
    await Promise.race([Promise.all(loading), changed(), ...failed]);
  }

  async name(slow: readonly string[], routes: readonly string[], meanwhile: string): Promise<string> {
    const suspects = new Set((await Promise.all(slow.map((file) => this.#options.suspectsOf(file)))).flat());
    for (const file of routes) suspects.delete(realPathOf(file));
    const also =
      suspects.size === 0 || suspects.size > 3
        ? ''
        : ` It may be in ${[...suspects].map((file) => path.relative(process.cwd(), file)).join(' or ')}.`;
    const line =
      `${list(slow)} ${slow.length === 1 ? 'is' : 'are'} still loading after ${SLOW / 1_000} s. ${meanwhile} ` +
      `Look for a top-level await that never ends, or for modules that await an import() of each other.${also}`;
    this.#options.say(line);
    return line;
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

/** @returns whether it gave up because loading took too long */
async function settledSoon(loading: readonly Promise<unknown>[], newer?: AbortSignal): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  let stop = (): void => undefined;
  const slow = new Promise<true>((resolve) => (timer = setTimeout(resolve, SLOW, true)));
  const superseded = new Promise<false>((resolve) => (stop = () => resolve(false)));
  if (newer?.aborted) stop();
  newer?.addEventListener('abort', stop);
  try {
    return await Promise.race([Promise.all(loading).then(() => false), slow, superseded]);
  } finally {
    clearTimeout(timer);
    newer?.removeEventListener('abort', stop);
  }
}

async function pendingOf(loading: readonly Promise<Loaded>[], files: readonly string[]): Promise<string[]> {
  const states = await Promise.all(loading.map(peek));
  return files.filter((_, index) => states[index]?.status === 'pending');
}
