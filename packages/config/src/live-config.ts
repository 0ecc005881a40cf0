import { isDeepStrictEqual } from 'node:util';

import type { Config, ConfigChange, ConfigListener, ConfigLogger, ConfigOrigin } from './config.ts';
import { deepFreeze, isPlain } from './freeze.ts';
import { type Gathering, leaves, type Snapshot } from './gather.ts';
import { placeKey } from './layer.ts';
import type { ConfigPath } from './paths.ts';
import { Secret } from './secret.ts';

interface Subscription<T> {
  readonly paths: readonly string[];
  readonly listener: ConfigListener<T>;
}

/** A configuration that can be read again. */
export class LiveConfig<T> implements Config<T> {
  readonly #gathering: Gathering<T>;
  readonly #logger: ConfigLogger;
  readonly #subscriptions = new Set<Subscription<T>>();
  readonly #closing = new AbortController();
  #snapshot: Snapshot<T>;
  #running: Promise<unknown> = Promise.resolve();

  constructor(gathering: Gathering<T>, snapshot: Snapshot<T>, logger: ConfigLogger) {
    this.#gathering = gathering;
    this.#snapshot = snapshot;
    this.#logger = logger;
  }

  get values(): T {
    return this.#snapshot.values;
  }

  explain(): readonly ConfigOrigin[] {
    return deepFreeze(this.#snapshot.origins);
  }

  onChange(paths: ConfigPath<T> | readonly ConfigPath<T>[], listener: ConfigListener<T>): () => void {
    const subscription = { paths: [paths].flat() as string[], listener };
    this.#subscriptions.add(subscription);
    return () => void this.#subscriptions.delete(subscription);
  }

  reload(logger = this.#logger): Promise<ConfigChange> {
    // One after the other: each has to compare with what the one before it has set.
    const result = this.#running.then(() => this.#reload(logger));
    this.#running = result.catch(() => undefined);
    return result;
  }

  /** Reloads whenever a source changes, until `close()`. */
  watch(): void {
    const { signal } = this.#closing;
    for (const source of this.#gathering.sources) {
      void source
        .watch?.({
          signal,
          changed: () => {
            // What went wrong is in the log.
            if (!signal.aborted) this.reload().catch(() => undefined);
          },
          failed: (error) => {
            if (!signal.aborted) this.#logger.warn(`${source.name} is away: ${textOf(error)}`);
          },
        })
        .catch((error: unknown) => {
          if (!signal.aborted) this.#logger.error(`${source.name} is watched no more: ${textOf(error)}`);
        });
    }
  }

  close(): void {
    this.#closing.abort();
    this.#subscriptions.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #reload(logger: ConfigLogger): Promise<ConfigChange> {
    const previous = this.#snapshot.values;
    try {
      const next = await this.#gathering.gather(logger);
      const change = await this.#apply(next, previous);
      this.#snapshot = next;
      report(change, logger);
      return change;
    } catch (error) {
      logger.error(`The configuration was not reloaded, so the old one stays. ${textOf(error)}`);
      throw error;
    }
  }

  async #apply(next: Snapshot<T>, previous: T): Promise<ConfigChange> {
    const changed = changedPaths(previous, next.values);
    const subscriptions = [...this.#subscriptions];
    const concerned = subscriptions.filter(({ paths }) =>
      changed.some((one) => paths.some((path) => touches(path, one))),
    );
    const done: Subscription<T>[] = [];
    try {
      for (const subscription of concerned) {
        done.unshift(subscription);
        await subscription.listener(next.values, previous);
      }
    } catch (error) {
      // Whoever threw may have done a part.
      for (const { listener } of done) {
        try {
          await listener(previous, next.values);
        } catch {
          // The first error is the one to report.
        }
      }
      throw error;
    }
    const needRestart = changed.filter(
      (one) => !subscriptions.some(({ paths }) => paths.some((path) => touches(path, one))),
    );
    return { changed, needRestart };
  }
}

function report({ changed, needRestart }: ConfigChange, logger: ConfigLogger): void {
  if (changed.length === 0) {
    logger.info('The configuration was reloaded: nothing has changed.');
    return;
  }
  logger.info(`The configuration was reloaded: ${changed.join(', ')} changed.`);
  if (needRestart.length > 0)
    logger.warn(`RESTART NEEDED: nothing applies a change of ${needRestart.join(', ')}.`);
}

/** Whether a listener to one path hears of another: of the same, of one in it and of one around it. */
function touches(path: string, changed: string): boolean {
  return path === changed || changed.startsWith(`${path}.`) || path.startsWith(`${changed}.`);
}

function changedPaths(before: unknown, after: unknown): string[] {
  const old = new Map(leaves(before).map(({ path, value }) => [placeKey(path), value]));
  const now = new Map(leaves(after).map(({ path, value }) => [placeKey(path), value]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((key) => !isDeepStrictEqual(revealed(old.get(key)), revealed(now.get(key))))
    .map((key) => key.replaceAll('\0', '.'))
    .sort();
}

// Secrets look all alike from outside.
function revealed(value: unknown): unknown {
  if (value instanceof Secret) return { secret: revealed(value.reveal()) };
  if (Array.isArray(value)) return value.map(revealed);
  if (isPlain(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revealed(item)]));
  return typeof value === 'function' ? String(value) : value;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
