import type { JobCounts } from './job-store.ts';
import { BOUNDS, ENDS, type QueueStats } from './run/queue-stats.ts';

/** A registry of prom-client, as far as it is needed here. It is the one that `metrics({ registry })` takes. */
export interface JobMetricsRegistry {
  registerMetric(metric: never): void;
  removeSingleMetric(name: string): void;
}

/** Where the values come from. */
export interface MetricsSource {
  readonly stats: ReadonlyMap<string, QueueStats>;
  /** Rejects if the store does not answer: its gauges are then left out. */
  readonly count: (queue: string) => Promise<JobCounts>;
}

interface Value {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** All processes of a cluster see the same store, so that what is in it is not added up. */
  readonly aggregator: 'sum' | 'max';
  readonly values: () => readonly Value[] | Promise<readonly Value[]>;
}

/**
 * Adds the series of queues to a registry. They are read when somebody scrapes, and prom-client itself is not needed.
 *
 * @returns removes them
 */
export function registerMetrics(registry: JobMetricsRegistry, source: MetricsSource): () => void {
  const metrics = describe(source);
  for (const { values, ...metric } of metrics) {
    const registered = {
      ...metric,
      get: async () => ({ ...metric, values: await values() }),
      reset: () => undefined,
    };
    registry.registerMetric(registered as never);
  }
  return () => {
    for (const { name } of metrics) registry.removeSingleMetric(name);
  };
}

function describe({ stats, count }: MetricsSource): readonly Metric[] {
  const each = <T>(read: (stats: QueueStats, queue: string) => T): T[] =>
    [...stats].map(([queue, values]) => read(values, queue));
  return [
    {
      name: 'blaizejs_job_attempts_total',
      help: 'Attempts at jobs that have ended, by how.',
      type: 'counter',
      aggregator: 'sum',
      values: () =>
        each(({ ends }, queue) => ENDS.map((end) => ({ value: ends[end], labels: { queue, end } }))).flat(),
    },
    {
      name: 'blaizejs_job_duration_seconds',
      help: 'Seconds that attempts at jobs took.',
      type: 'histogram',
      aggregator: 'sum',
      values: () => each(histogram).flat(),
    },
    {
      name: 'blaizejs_jobs_stuck',
      help: 'Handlers of jobs that have not ended although their time is up.',
      type: 'gauge',
      aggregator: 'sum',
      values: () => each(({ stuck }, queue) => ({ value: stuck, labels: { queue } })),
    },
    {
      name: 'blaizejs_jobs',
      help: 'Jobs in the store, by state.',
      type: 'gauge',
      aggregator: 'max',
      values: async () => {
        const counts = await Promise.all(
          each(async (_stats, queue) => {
            const states = await count(queue).catch(() => ({}));
            return Object.entries(states).map(([state, value]) => ({ value, labels: { queue, state } }));
          }),
        );
        return counts.flat();
      },
    },
  ];
}

function histogram({ durations, seconds }: QueueStats, queue: string): Value[] {
  const name = 'blaizejs_job_duration_seconds';
  let total = 0;
  const buckets = durations.map((count, at) => {
    total += count;
    return { metricName: `${name}_bucket`, value: total, labels: { queue, le: BOUNDS[at] ?? '+Inf' } };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, value: seconds, labels: { queue } },
    { metricName: `${name}_count`, value: total, labels: { queue } },
  ];
}
