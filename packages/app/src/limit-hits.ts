import type { LimitName } from '@blaizejs/types';

/** How often each limit was exceeded. */
export class LimitHits {
  readonly counts: Record<LimitName, number>;

  /** @param names of the limits besides `bodyLimit` */
  constructor(names: readonly string[]) {
    this.counts = Object.fromEntries([...names, 'bodyLimit'].map((name) => [name, 0])) as Record<
      LimitName,
      number
    >;
  }

  /** @param name unknown names are ignored: applications may use `limit` for errors of their own */
  hit(name: string): void {
    if (Object.hasOwn(this.counts, name)) this.counts[name as LimitName] += 1;
  }
}
