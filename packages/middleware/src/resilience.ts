export type {
  BreakerOptions,
  BulkheadOptions,
  ResilienceOptions,
  RetryOptions,
} from './resilience/options.ts';
export { type ResilienceState, resilientFetch, type ResilientFetch } from './resilience/resilient-fetch.ts';
