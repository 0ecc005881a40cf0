/**
 * A place in a topic of an {@link EventLog}. `number` grows with each event. The log begins a new `epoch` when it may have lost
 * events: places of different epochs can't be compared.
 */
export interface LogPosition {
  /** 1 to 40 letters, digits or `_`. */
  readonly epoch: string;
  readonly number: number;
}

/** An event of a topic. */
export interface LogEntry extends LogPosition {
  readonly text: string;
}

/** Hears what is added to a topic. */
export interface LogWatcher {
  /** Called for each event, in order, none twice. */
  onEntry(entry: LogEntry): void;
  /** Called if events were lost, with the place after which the next ones are. */
  onBreak(position: LogPosition): void;
}

/** A watcher at work. */
export interface LogWatch {
  /** Where it began: the watcher hears everything after that. */
  readonly position: LogPosition;
  /** Ends it. To call it twice does no harm. */
  stop(): Promise<void>;
}

/** Keeps the last events of topics, for clients that come back, and tells all processes about new ones. */
export interface EventLog {
  /** Adds an event. Rejects if that fails. @returns its place; undefined if only the watchers learn that */
  append(topic: string, text: string): Promise<LogPosition | undefined>;
  /**
   * Reads what came after a place: up to `count` events, the oldest first. An empty list means that there is nothing more.
   *
   * @returns undefined if events after that place are no longer there, or may not be
   */
  read(topic: string, after: LogPosition, count: number): Promise<readonly LogEntry[] | undefined>;
  /** Begins to listen to a topic. Rejects if that fails. */
  watch(topic: string, watcher: LogWatcher): Promise<LogWatch>;
}
