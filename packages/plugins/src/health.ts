export { type HealthCheck, type HealthCheckContext, type HealthProbe } from './health/check.ts';
export { health, isProbe } from './health/health.ts';
export type { HealthOptions } from './health/options.ts';
export {
  breakerCheck,
  diskSpaceCheck,
  eventLoopDelayCheck,
  httpCheck,
  overloadCheck,
  queryCheck,
  redisCheck,
  type DiskSpaceCheckOptions,
  type EventLoopDelayCheckOptions,
  type HttpCheckOptions,
} from './health/ready-made.ts';
export type { Context, Plugin } from '@blaizejs/types';
