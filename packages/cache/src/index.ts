export { responseCache } from './response-cache.ts';
export type {
  CacheCounts,
  CacheStats,
  PurgeTarget,
  ResponseCache,
  ResponseCacheOptions,
  SlidingTtl,
  Warmable,
  WarmOptions,
  WarmResult,
} from './response-cache.ts';
