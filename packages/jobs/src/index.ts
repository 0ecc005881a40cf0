export type { BackoffOptions } from './backoff.ts';
export {
  createQueue,
  type InputOf,
  type OutputOf,
  type QueueDefinition,
  type QueueOptions,
  type Schedule,
} from './create-queue.ts';
export type { Job } from './job.ts';
export { JobError, type JobErrorCode, PermanentJobError, RetryJobError } from './job-error.ts';
export type {
  ClaimedJob,
  ClaimResult,
  JobClaim,
  JobCounts,
  JobOutcome,
  JobRecord,
  JobState,
  JobStore,
  NewJob,
} from './job-store.ts';
export { jobs, jobsCheck, type JobsPlugin, type QueuesOf, type QueueState } from './jobs.ts';
export type { JobsOptions, QueueDefinitions } from './jobs-options.ts';
export { memoryJobs, type MemoryJobsOptions } from './memory-jobs.ts';
export type { JobMetricsRegistry } from './metrics.ts';
export type { AddArguments, AddedJob, AddOptions, DeadJobs, JobInfo, Queue, WatchOptions } from './queue.ts';
export type { JobUpdate } from './run/watch-job.ts';
export type { HealthCheck } from '@blaizejs/plugins/health';
export type { AnySchema, Logger, Plugin, SchemaInput, SchemaOutput, Services } from '@blaizejs/types';
