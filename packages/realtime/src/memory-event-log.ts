import { checkOptions, limit, options as shapeOf } from '@blaizejs/errors/internal';
import type { EventLog, LogEntry, LogPosition, LogWatcher } from '@blaizejs/types';

/** The options of {@link memoryEventLog}. */
export interface MemoryEventLogOptions {
  /** The number of events of each topic that are kept. Default: 1,000. */
  readonly limit?: number | undefined;
  /** Milliseconds after which events are no longer kept. Default: 300,000, which is 5 minutes. */
  readonly maxAge?: number | undefined;
}

/** Checks {@link MemoryEventLogOptions}. */
export const memoryOptions = shapeOf(
  { limit: limit(1_000), maxAge: limit(300_000) },
  'an object of options, such as { limit: 100 }',
);

/**
 * Keeps the last events of each topic in the memory of this process. After a restart, clients that come back get a `reset`.
 *
 * @throws ConfigurationError if an option is not valid
 */
export function memoryEventLog(options: MemoryEventLogOptions = {}): EventLog {
  return new MemoryEventLog(checkOptions(memoryOptions, options));
}

/** The number of topics without events of which it is known how far they were. */
const QUIET_TOPICS = 10_000;

/** The last events of a topic. */
interface Kept {
  readonly entries: { readonly entry: LogEntry; readonly at: number }[];
  /** Events up to this number may be missing. */
  floor: number;
}

/** See {@link memoryEventLog}. */
export class MemoryEventLog implements EventLog {
  readonly #limit: number;
  readonly #maxAge: number;
  #named: string | undefined;
  /** Counts the events of all topics, so that the number of one says when it was. */
  #last = 0;
  /** Of quiet topics: events up to these numbers may be missing, and of all others up to the last one. */
  readonly #floors = new Map<string, number>();
  #forgotten = 0;
  /** The topic that has been quiet for longest comes first. */
  readonly #topics = new Map<string, Kept>();
  readonly #watchers = new Map<string, Set<LogWatcher>>();

  constructor({ limit, maxAge }: { readonly limit: number; readonly maxAge: number }) {
    this.#limit = limit;
    this.#maxAge = maxAge;
  }

  append(topic: string, text: string): Promise<LogPosition> {
    const entry = { epoch: this.#epoch, number: ++this.#last, text };
    const kept = this.#topics.get(topic) ?? { entries: [], floor: this.#floorOf(topic) };
    this.#floors.delete(topic);
    this.#topics.delete(topic);
    this.#topics.set(topic, kept);
    kept.entries.push({ entry, at: performance.now() });
    this.#forget(kept);
    this.#forgetTopics();
    for (const watcher of this.#watchers.get(topic) ?? []) watcher.onEntry(entry);
    return Promise.resolve(entry);
  }

  read(topic: string, after: LogPosition, count: number): Promise<readonly LogEntry[] | undefined> {
    if (after.epoch !== this.#epoch || after.number > this.#last) return Promise.resolve(undefined);
    const kept = this.#topics.get(topic);
    if (kept) this.#forget(kept);
    if (after.number < (kept?.floor ?? this.#floorOf(topic))) return Promise.resolve(undefined);
    const entries = kept?.entries ?? [];
    const from = firstAfter(entries, after.number);
    return Promise.resolve(entries.slice(from, from + count).map(({ entry }) => entry));
  }

  watch(topic: string, watcher: LogWatcher): Promise<{ position: LogPosition; stop: () => Promise<void> }> {
    const watchers = this.#watchers.get(topic) ?? new Set();
    this.#watchers.set(topic, watchers.add(watcher));
    const stop = (): Promise<void> => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(topic) === watchers) this.#watchers.delete(topic);
      return Promise.resolve();
    };
    return Promise.resolve({ position: { epoch: this.#epoch, number: this.#last }, stop });
  }

  /** Made when it is first needed: workers have no random values while they start. */
  get #epoch(): string {
    return (this.#named ??= crypto.randomUUID().replaceAll('-', ''));
  }

  /** Says that events of all topics may have been lost. */
  break(): void {
    this.#named = undefined;
    this.#topics.clear();
    this.#floors.clear();
    this.#forgotten = this.#last;
    const position = { epoch: this.#epoch, number: this.#last };
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher.onBreak(position);
  }

  #forget(kept: Kept): void {
    const { entries } = kept;
    const oldest = performance.now() - this.#maxAge;
    let gone = Math.max(0, entries.length - this.#limit);
    while (gone < entries.length && (entries[gone]?.at ?? 0) < oldest) gone += 1;
    if (gone === 0) return;
    kept.floor = entries[gone - 1]?.entry.number ?? kept.floor;
    entries.splice(0, gone);
  }

  /** Says that nobody listens to a topic any more, so that events may be missing from now on. */
  abandon(topic: string): void {
    this.#topics.delete(topic);
    this.#setFloor(topic, this.#last);
  }

  /** Topics without events take little memory, and only the last ones any. */
  #forgetTopics(): void {
    for (const [topic, kept] of this.#topics) {
      this.#forget(kept);
      if (kept.entries.length > 0) return;
      this.#topics.delete(topic);
      this.#setFloor(topic, kept.floor);
    }
  }

  #floorOf(topic: string): number {
    return this.#floors.get(topic) ?? this.#forgotten;
  }

  #setFloor(topic: string, floor: number): void {
    this.#floors.delete(topic);
    this.#floors.set(topic, floor);
    if (this.#floors.size <= QUIET_TOPICS) return;
    for (const [oldest, floor] of this.#floors) {
      this.#floors.delete(oldest);
      this.#forgotten = Math.max(this.#forgotten, floor);
      return;
    }
  }
}

function firstAfter(entries: Kept['entries'], number: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.entry.number ?? 0) <= number) low = middle + 1;
    else high = middle;
  }
  return low;
}
