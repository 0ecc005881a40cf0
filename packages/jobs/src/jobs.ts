import { createPlugin } from '@blaizejs/plugins';
import type { HealthCheck } from '@blaizejs/plugins/health';
import type { Plugin } from '@blaizejs/types';

import type { QueueDefinition } from './create-queue.ts';
import { type JobsOptions, type QueueDefinitions, resolveJobs } from './jobs-options.ts';
import type { Queue } from './queue.ts';
import { JobRunner } from './run/job-runner.ts';

/** Queues that are ready to use, by name. */
export type QueuesOf<Definitions extends QueueDefinitions> = {
  readonly [Name in keyof Definitions]: Definitions[Name] extends QueueDefinition<infer Input, infer Progress>
    ? Queue<Input, Progress>
    : never;
};

/** What a queue does in this process. */
export interface QueueState {
  /** Jobs that run. */
  readonly running: number;
  /** Handlers that have not ended although their time is up. As many as `concurrency`, and the queue takes no more jobs. */
  readonly stuck: number;
  /** Whether the store has failed when the queue last asked it for jobs. */
  readonly failing: boolean;
}

/** What {@link jobs} returns. */
export interface JobsPlugin<Definitions extends QueueDefinitions> extends Plugin<{
  readonly jobs: QueuesOf<Definitions>;
}> {
  /** What the queues do in this process, by name. Empty before the server has started. */
  readonly state: Readonly<Record<string, QueueState>>;
  /** Asks the store, and rejects if it does not answer. For {@link jobsCheck}. */
  readonly ping: () => Promise<void>;
}

/**
 * Adds queues to a server or an app: `ctx.services.jobs`. Jobs run once the server listens. When it begins to close, no more are
 * taken; those that run may finish within `shutdownTimeout`, and what does not is given back for another process, or the next
 * start.
 *
 * ```ts
 * createServer({ plugins: [jobs({ queues: { emails }, store: sqliteJobs({ url: 'file:jobs.db' }) })] })
 * ```
 *
 * @throws ConfigurationError that lists everything that is wrong with the options
 */
export function jobs<const Definitions extends QueueDefinitions>(
  options: JobsOptions<Definitions>,
): JobsPlugin<Definitions> {
  const resolved = resolveJobs(options);
  let runner: JobRunner | undefined;
  const plugin = createPlugin('jobs', '1.0.0', (server) => {
    const made = (runner = new JobRunner(server, resolved));
    return { services: { jobs: made.queues as QueuesOf<Definitions> }, ...made.hooks };
  })();
  return Object.defineProperties(plugin as JobsPlugin<Definitions>, {
    state: { get: () => runner?.state ?? {} },
    ping: { value: () => runner?.ping() ?? Promise.reject(new Error('The server has not started yet.')) },
  });
}

/**
 * A check for `health()`: fails if the store of jobs does not answer, or a queue takes no more jobs because its handlers hang. It is
 * not critical, so that it only warns: if it were, all servers would leave the load balancer together with their store.
 *
 * @param plugin what `jobs()` returned
 */
export function jobsCheck(plugin: Pick<JobsPlugin<QueueDefinitions>, 'ping' | 'state'>): HealthCheck {
  return { critical: false, run: () => plugin.ping() };
}
