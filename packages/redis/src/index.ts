export type { RedisClient } from './client.ts';
export { redisEventLog, type RedisEventLogOptions } from './event-log.ts';
export {
  redisKeyValueStore,
  type RedisKeyValueStore,
  type RedisKeyValueStoreOptions,
} from './key-value-store.ts';
export { redisPubSub, type RedisPubSubClient, type RedisPubSubOptions } from './pub-sub.ts';
export { redisRateLimitStore, type RedisRateLimitStoreOptions } from './rate-limit-store.ts';
export type { SubscriberClient } from './subscriber.ts';
export type {
  EventLog,
  KeyValueOptions,
  KeyValueStore,
  LogEntry,
  LogPosition,
  LogWatch,
  LogWatcher,
  PubSub,
  RateLimitAlgorithm,
  RateLimitPolicy,
  RateLimitResult,
  RateLimitStore,
  SubscribeOptions,
} from '@blaizejs/types';
