import type { LogEntry, LogPosition, LogWatch, LogWatcher } from '@blaizejs/types';

/** What a topic is followed with. */
export interface TopicSource {
  readonly subscribe: (
    listener: (message: string) => void,
    onConnection: (isConnected: boolean) => void,
  ) => Promise<() => Promise<void>>;
  readonly position: () => Promise<LogPosition>;
  readonly read: (after: LogPosition) => Promise<readonly LogEntry[] | undefined>;
}

/** Milliseconds after which reading is tried again. */
const PAUSE = 1_000;

/**
 * Follows a topic by messages. Where one is missing, for example since the connection was away, the events are read from the
 * stream.
 */
export async function followTopic(watcher: LogWatcher, source: TopicSource): Promise<LogWatch> {
  const following = new Following(watcher, source);
  const end = await source.subscribe(
    (message) => following.hear(toEntry(message)),
    (isConnected) => {
      following.isAway = !isConnected;
      if (isConnected) following.catchUp();
    },
  );
  const stop = (): Promise<void> => {
    following.stop();
    return end();
  };
  try {
    return { position: await following.begin(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

class Following {
  readonly #watcher: LogWatcher;
  readonly #source: TopicSource;
  /** The last event that the watcher has heard. */
  #last: LogPosition | undefined;
  #early: LogEntry[] = [];
  #reading = false;
  #again = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  /** Whether messages may be missing. */
  isAway = false;

  constructor(watcher: LogWatcher, source: TopicSource) {
    this.#watcher = watcher;
    this.#source = source;
  }

  async begin(): Promise<LogPosition> {
    const position = await this.#source.position();
    this.#last = position;
    const early = this.#early;
    this.#early = [];
    for (const entry of early) this.hear(entry);
    return position;
  }

  hear(entry: LogEntry): void {
    const last = this.#last;
    if (this.#stopped) return;
    if (!last) {
      this.#early.push(entry);
      return;
    }
    if (this.#reading) {
      this.#again = true;
      return;
    }
    // Redis may be another one. The first events of topics can arrive before all topics are subscribed to again.
    if (this.isAway || this.#again) {
      this.catchUp();
      return;
    }
    const isSame = entry.epoch === last.epoch;
    if (isSame && entry.number <= last.number) return;
    if (entry.number === (isSame ? last.number + 1 : 1)) this.#tell(entry);
    else this.catchUp();
  }

  /** Reads what is missing. Messages that arrive meanwhile are in the stream too. */
  catchUp(): void {
    this.#again = true;
    if (this.#reading || !this.#last || this.#stopped) return;
    this.#reading = true;
    this.#read().then(
      () => (this.#reading = false),
      () => {
        this.#reading = false;
        this.#again = true;
        clearTimeout(this.#timer);
        if (!this.#stopped) this.#timer = setTimeout(() => this.catchUp(), PAUSE).unref();
      },
    );
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #read(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const page = await this.#source.read(this.#last as LogPosition);
      if (!page) {
        const position = await this.#source.position();
        this.#last = position;
        this.#watcher.onBreak(position);
        this.#again = true;
        continue;
      }
      for (const entry of page) this.#tell(entry);
      if (page.length > 0) this.#again = true;
    }
  }

  #tell(entry: LogEntry): void {
    if (this.#stopped) return;
    this.#last = { epoch: entry.epoch, number: entry.number };
    this.#watcher.onEntry(entry);
  }
}

function toEntry(message: string): LogEntry {
  const [, epoch = '', number, text = ''] = /^(\w+) (\d+) (.*)$/s.exec(message) ?? [];
  return { epoch, number: Number(number), text };
}
