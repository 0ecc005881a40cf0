import type { RequestContext } from '@blaizejs/context/internal';

/** How often a cache was of use. */
export interface ResponseCacheCounts {
  /** Answers from the cache, stale ones included. */
  readonly hits: number;
  /** Of these: stale ones, while a new one was fetched, or instead of an error. */
  readonly stale: number;
  /** Answers that were made for another request at the same time. */
  readonly collapsed: number;
  /** Requests that ran the handler, because there was no answer or it was stale. */
  readonly misses: number;
  /** Requests that the cache passed on unseen, such as those with `If-Match`. */
  readonly bypassed: number;
  /** The share of hits and collapsed ones, from 0 to 1. 0 without requests. */
  readonly hitRate: number;
}

/** How often a cache was of use since it was created. */
export interface ResponseCacheStats extends ResponseCacheCounts {
  /** By method and pattern of the route: `GET /products/:id`; `-` without one. */
  readonly routes: Readonly<Record<string, ResponseCacheCounts>>;
}

/** What is counted. */
export type Counted = 'hits' | 'stale' | 'collapsed' | 'misses' | 'bypassed';

type Counts = Record<Counted, number>;

/** Counts by route. A route that is removed stays. */
export class Stats {
  readonly #routes = new Map<string, Counts>();

  count({ route }: RequestContext, ...what: readonly Counted[]): void {
    const name = route ? `${route.method} ${route.pattern}` : '-';
    let counts = this.#routes.get(name);
    if (!counts) this.#routes.set(name, (counts = none()));
    for (const each of what) counts[each] += 1;
  }

  read(): ResponseCacheStats {
    const all = none();
    for (const counts of this.#routes.values()) {
      for (const name of Object.keys(all) as Counted[]) all[name] += counts[name];
    }
    const routes = Object.fromEntries([...this.#routes].map(([name, counts]) => [name, withRate(counts)]));
    return { ...withRate(all), routes };
  }
}

function none(): Counts {
  return { hits: 0, stale: 0, collapsed: 0, misses: 0, bypassed: 0 };
}

function withRate(counts: Counts): ResponseCacheCounts {
  const served = counts.hits + counts.collapsed;
  const all = served + counts.misses;
  return { ...counts, hitRate: all === 0 ? 0 : served / all };
}
