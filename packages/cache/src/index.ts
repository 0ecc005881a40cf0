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
