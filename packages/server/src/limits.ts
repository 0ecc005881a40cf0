import type { LimitName } from '@blaizejs/types';
import { z } from 'zod';

const MAX_TIMER = 2 ** 31 - 1;

const count = z.int({ error: 'a whole number above 0' }).positive({ error: 'a whole number above 0' });
const countOrNone = z.int({ error: 'a whole number, or 0 for no limit' }).min(0, {
  error: 'a whole number, or 0 for no limit',
});
const milliseconds = countOrNone.max(MAX_TIMER, { error: `at most ${MAX_TIMER} milliseconds` });

/** Checks the option `limits`, and completes it. */
export const limitsSchema = z.strictObject(
  {
    maxHeaderSize: count.default(16_384),
    maxHeadersCount: count.default(128),
    maxUrlLength: count.default(8192),
    maxParamLength: count.default(2048),
    handshakeTimeout: count.max(MAX_TIMER).default(10_000),
    headersTimeout: milliseconds.default(15_000),
    requestTimeout: milliseconds.default(300_000),
    handlerTimeout: milliseconds.default(120_000),
    keepAliveTimeout: milliseconds.default(65_000),
    maxConnections: countOrNone.default(10_000),
    maxRequestsPerSocket: countOrNone.default(0),
    maxConcurrentStreams: count.default(100),
    maxSessionMemory: count.default(10),
    streamResetBurst: count.default(1000),
    streamResetRate: count.default(33),
  },
  { error: 'an object such as { headersTimeout: 15_000 }' },
);

/** How often each limit was exceeded. */
export class LimitHits {
  readonly counts: Record<LimitName, number>;

  constructor() {
    const names = [...Object.keys(limitsSchema.shape), 'bodyLimit'] as LimitName[];
    this.counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<LimitName, number>;
  }

  /** @param name others than limits are ignored: an application may give its own errors a `limit` */
  hit(name: string): void {
    if (Object.hasOwn(this.counts, name)) this.counts[name as LimitName] += 1;
  }
}
