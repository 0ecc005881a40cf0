import {
  type Check,
  checkOptions,
  flag,
  hasMethod,
  is,
  isInteger,
  isObject,
  limit,
  MAX_TIMER,
  optional,
  options as shapeOf,
  orElse,
} from '@blaizejs/errors/internal';

import { NAME, NAME_RULE, type QueueDefinition, type ResolvedQueue, resolvedQueue } from './create-queue.ts';
import type { JobStore } from './job-store.ts';
import { memoryJobs } from './memory-jobs.ts';
import type { JobMetricsRegistry } from './metrics.ts';

/** Queues by name. */
export type QueueDefinitions = Readonly<Record<string, QueueDefinition>>;

/** The options of `jobs()`. */
export interface JobsOptions<Queues extends QueueDefinitions = QueueDefinitions> {
  /** The queues, by name, as `createQueue()` makes them. Processes that share a store give them the same names. */
  readonly queues: Queues;
  /** Where jobs are kept. Default: `memoryJobs()`, which forgets them when the process ends. */
  readonly store?: JobStore | undefined;
  /** Whether this process runs jobs and schedules. If not, it only adds jobs. Default: true. */
  readonly work?: boolean | undefined;
  /**
   * Milliseconds for which a process has a job. It renews this while the job runs; if it dies, another process runs the job after
   * this time. Default: 30,000; from 1,000.
   */
  readonly lease?: number | undefined;
  /** Milliseconds after which a process looks for what others have added or reported. Default: 1,000. */
  readonly pollInterval?: number | undefined;
  /** Milliseconds to wait for the store. Default: 2,000. */
  readonly storeTimeout?: number | undefined;
  /** A registry of prom-client that gets series for the queues. Default: none. */
  readonly registry?: JobMetricsRegistry | undefined;
}

const METHODS = [
  ...['add', 'claim', 'extend', 'settle', 'report', 'get', 'listDead', 'revive', 'remove', 'count'],
  ...['getTick', 'setTick'],
];

const queues: Check<ReadonlyMap<string, ResolvedQueue>> = (value, path, report) => {
  const found = new Map<string, ResolvedQueue>();
  if (!isObject(value) || Object.keys(value).length === 0) {
    report(path, value, 'an object of queues by name, such as { emails: createQueue(…) }');
    return found;
  }
  for (const [name, definition] of Object.entries(value)) {
    const queue = resolvedQueue(definition);
    if (!NAME.test(name)) report(path, name, NAME_RULE);
    if (!queue) report(`${path}.${name}`, definition, 'what createQueue() returns');
    else found.set(name, queue);
  }
  return found;
};

const shape = shapeOf(
  {
    queues,
    store: optional(
      is<JobStore>('a store of jobs, as memoryJobs() makes one', (value) => {
        return METHODS.every((name) => hasMethod(value, name));
      }),
    ),
    work: orElse(flag, true),
    lease: orElse(
      is<number>(`a whole number of milliseconds from 1000 to ${MAX_TIMER}`, (value) => {
        return isInteger(value, 1000, MAX_TIMER);
      }),
      30_000,
    ),
    pollInterval: limit(1000, MAX_TIMER),
    storeTimeout: limit(2000, MAX_TIMER),
    registry: optional(
      is<JobMetricsRegistry>('a registry of prom-client', (value) => {
        return hasMethod(value, 'registerMetric') && hasMethod(value, 'removeSingleMetric');
      }),
    ),
  },
  'an object of options, such as { queues: { emails } }',
);

/** The options with all defaults filled in. */
export type ResolvedJobs = ReturnType<typeof resolveJobs>;

/** @throws ConfigurationError that lists every problem */
export function resolveJobs(options: JobsOptions) {
  const { store, ...rest } = checkOptions(shape, options);
  return { ...rest, store: store ?? memoryJobs() };
}
