import path from 'node:path';

import { type Loaded, peek } from './module-loader.ts';
import { realPathOf } from './module-url.ts';
import { list } from './reload-report.ts';

/** Milliseconds after which a file that has not loaded is named. */
const SLOW = 2_000;
// Timers may be early by one.
const SLACK = 5;

/** What is needed to tell of slow files. */
export interface SlowLoadsOptions {
  /** The modules that a file imports, itself among them, and that are not known to have loaded. */
  readonly suspectsOf: (file: string) => Promise<readonly string[]>;
  readonly say: (line: string) => void;
  /** Called when a file has become slow that nobody waits for. */
  readonly wake: () => void;
}

/** Route files that take long to load. A reload goes on without them, and names them. */
export class SlowLoads {
  readonly #options: SlowLoadsOptions;
  /** When each file that has not loaded yet began to. */
  readonly #since = new Map<string, number>();
  /** What was said of each that is slow. */
  readonly #lines = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SlowLoadsOptions) {
    this.#options = options;
  }

  /** What was said of files that have not loaded yet. */
  get lines(): string[] {
    return [...new Set(this.#lines.values())];
  }

  /** Files that are loaded anew have just begun. @param renewed real paths */
  begin(renewed: ReadonlySet<string>): void {
    for (const file of this.#since.keys()) {
      if (!renewed.has(realPathOf(file))) continue;
      this.#since.delete(file);
      this.#lines.delete(file);
    }
  }

  /** Waits until what has begun to load has settled, has become slow, or is superseded. */
  async wait(
    loading: readonly Promise<Loaded>[],
    files: readonly string[],
    newer: AbortSignal,
  ): Promise<void> {
    // Nothing waits for a file that did not settle last time.
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
   * Waits until everything has loaded. If that takes long, names what has not, and then waits for the first that fails, or
   * for a change.
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

/** @returns whether it gave up because that took too long */
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
