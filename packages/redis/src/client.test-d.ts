import { Cluster, Redis } from 'ioredis';

import { redisKeyValueStore, redisRateLimitStore, type KeyValueStore, type RateLimitStore } from './index.ts';

const limits: RateLimitStore = redisRateLimitStore(new Redis());
const clustered: RateLimitStore = redisRateLimitStore(new Cluster([]), { prefix: 'app:' });
const values: KeyValueStore = redisKeyValueStore(new Redis(), { prefix: 'cache:' });
const bytes: Promise<Uint8Array | undefined> = values.get('key');

// @ts-expect-error a prefix is needed
redisKeyValueStore(new Redis(), {});
// @ts-expect-error no client: that of the package `redis` has other methods
redisRateLimitStore({ sendCommand: () => Promise.resolve() });

export { bytes, clustered, limits };
