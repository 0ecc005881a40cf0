export type { RedisClient } from './client.ts';
export {
  redisKeyValueStore,
  type RedisKeyValueStore,
  type RedisKeyValueStoreOptions,
} from './key-value-store.ts';
export { redisRateLimitStore, type RedisRateLimitStoreOptions } from './rate-limit-store.ts';
export type {
  KeyValueOptions,
  KeyValueStore,
  RateLimitAlgorithm,
  RateLimitPolicy,
  RateLimitResult,
  RateLimitStore,
} from '@blaizejs/types';
