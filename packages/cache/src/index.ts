export { createCache, type Cache } from './create-cache.ts';
export type { CacheCounts, CacheStats } from './data/counters.ts';
export type { CacheKey, CacheKeyPart } from './data/key.ts';
export type { LoadContext } from './data/load.ts';
export type { CacheOptions, EntryOptions, WrapOptions } from './data/options.ts';
export {
  memoryStore,
  type MemoryStore,
  type MemoryStoreOptions,
  type MemoryStoreUsage,
} from './memory-store.ts';
export { tieredStore, type TieredStore, type TieredStoreOptions } from './tiered-store.ts';
export type { KeyValueOptions, KeyValueStore, Logger, PubSub, SubscribeOptions } from '@blaizejs/types';
export { responseCache } from './response-cache.ts';
export type {
  ResponseCacheCounts,
  ResponseCacheStats,
  PurgeTarget,
  ResponseCache,
  ResponseCacheOptions,
  SlidingTtl,
  Warmable,
  WarmOptions,
  WarmResult,
} from './response-cache.ts';
