export type { RedisClient } from './client.ts';
export {
  redisKeyValueStore,
  type RedisKeyValueStore,
  type RedisKeyValueStoreOptions,
} from './key-value-store.ts';
export { redisPubSub, type RedisPubSubClient, type RedisPubSubOptions } from './pub-sub.ts';
export { redisRateLimitStore, type RedisRateLimitStoreOptions } from './rate-limit-store.ts';
export type { SubscriberClient } from './subscriber.ts';
export type {
  KeyValueOptions,
  KeyValueStore,
  PubSub,
  RateLimitAlgorithm,
  RateLimitPolicy,
  RateLimitResult,
  RateLimitStore,
  SubscribeOptions,
} from '@blaizejs/types';
