import type { KeyValueStore } from '@blaizejs/types';

/** Purges that are remembered for the sake of work under way; who is older than the rest counts as purged. */
const MAX_PURGES = 10_000;

/** A point in the order of purges. */
export type Moment = number;

/**
 * Which keys and tags were purged while work was under way, so that it neither stores what it had read before, nor gives it
 * to those who asked after the purge. All caches of this process that use the same store share one log.
 */
export class PurgeLog {
  /** In the order of purges, as a map keeps the order in which keys were added. */
  readonly #purges = new Map<string, Moment>();
  /** Starts of work under way, in their order. */
  readonly #underWay = new Set<{ readonly start: Moment }>();
  #now: Moment = 0;
  /** What happened before is not known any more. */
  #floor: Moment = 0;

  /** The log of a store. */
  static of(store: KeyValueStore): PurgeLog {
    let log = logs.get(store);
    if (!log) logs.set(store, (log = new PurgeLog()));
    return log;
  }

  get now(): Moment {
    return this.#now;
  }

  /** How many purges are remembered. */
  get size(): number {
    return this.#purges.size;
  }

  /** Work begins. @returns ends it */
  begin(): { readonly start: Moment; readonly end: () => void } {
    const work = { start: this.#now };
    this.#underWay.add(work);
    return {
      start: work.start,
      end: () => {
        this.#underWay.delete(work);
        this.#prune();
      },
    };
  }

  purgeKey(key: string): void {
    this.#purge(`k${key}`);
  }

  purgeTag(tag: string): void {
    this.#purge(`t${tag}`);
  }

  /** When the key, or one of the tags, was purged last after `start`; undefined if it was not. */
  lastPurge(start: Moment, key: string, tags: readonly string[]): Moment | undefined {
    if (this.#now === start) return undefined;
    let last = start < this.#floor ? this.#floor : start;
    for (const name of [`k${key}`, ...tags.map((tag) => `t${tag}`)]) {
      last = Math.max(last, this.#purges.get(name) ?? 0);
    }
    return last > start ? last : undefined;
  }

  #purge(name: string): void {
    this.#now += 1;
    if (this.#underWay.size === 0) return;
    this.#purges.delete(name);
    this.#purges.set(name, this.#now);
    if (this.#purges.size > MAX_PURGES) this.#prune();
  }

  /** Forgets what no work under way needs. */
  #prune(): void {
    const [oldest] = this.#underWay;
    if (!oldest) {
      this.#purges.clear();
      return;
    }
    for (const [name, moment] of this.#purges) {
      if (moment > oldest.start) {
        if (this.#purges.size <= MAX_PURGES) return;
        this.#floor = moment;
      }
      this.#purges.delete(name);
    }
  }
}

const logs = new WeakMap<KeyValueStore, PurgeLog>();
