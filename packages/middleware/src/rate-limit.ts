export { memoryRateLimitStore, type MemoryRateLimitStoreOptions } from './rate-limit/memory-store.ts';
export type { RateLimitOptions } from './rate-limit/options.ts';
export { rateLimit } from './rate-limit/rate-limit.ts';
export type {
  Middleware,
  RateLimitAlgorithm,
  RateLimitPolicy,
  RateLimitResult,
  RateLimitStore,
} from '@blaizejs/types';
