import {
  constants,
  type EventLoopUtilization,
  monitorEventLoopDelay,
  performance,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';

import { counter, gauge, histogramSamples, type MetricFamily } from './family.ts';

/** Nanoseconds in a second. */
const NANO = 1e9;
/** Milliseconds between two looks of the monitor. */
const RESOLUTION = 10;
/** Seconds, as in OpenTelemetry's semantic conventions for V8. */
const GC_BUCKETS = [0.01, 0.1, 1, 10];

const GC_TYPES: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/** An entry of a PerformanceObserver for `gc`. */
interface Collection extends PerformanceEntry {
  readonly detail: { readonly kind: number };
}

/** Watches the process: event loop, memory, garbage collection and CPU. Names follow OpenTelemetry and Prometheus. */
export class RuntimeMetrics {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  readonly #collections = new Map<string, { readonly counts: number[]; sum: number }>();
  readonly #observer: PerformanceObserver;
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      for (const { duration, detail } of list.getEntries() as Collection[]) {
        this.#noteCollection(GC_TYPES[detail.kind] ?? 'other', duration / 1000);
      }
    });
  }

  start(): void {
    this.#delay.enable();
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    this.#delay.disable();
    this.#observer.disconnect();
  }

  /** Event loop values are of the time since the last call. */
  families(): MetricFamily[] {
    const { user, system } = process.cpuUsage();
    const started = performance.timeOrigin / 1000;
    return [
      counter('process_cpu_seconds_total', 'CPU time of the process.', (user + system) / 1e6),
      gauge('process_start_time_seconds', 'When the process was started, in Unix time.', started),
      gauge('process_resident_memory_bytes', 'Memory of the process (RSS).', process.memoryUsage.rss()),
      ...this.#eventLoop(),
      ...heap(),
      {
        name: 'v8js_gc_duration_seconds',
        help: 'Duration of garbage collections.',
        type: 'histogram',
        samples: [...this.#collections].flatMap(([type, { counts, sum }]) =>
          histogramSamples({ v8js_gc_type: type }, GC_BUCKETS, counts, sum),
        ),
      },
      {
        name: 'nodejs_version_info',
        help: 'The version of Node.',
        type: 'gauge',
        samples: [{ labels: { version: process.version }, value: 1 }],
      },
    ];
  }

  #noteCollection(type: string, seconds: number): void {
    let entry = this.#collections.get(type);
    if (!entry) this.#collections.set(type, (entry = { counts: [0, 0, 0, 0, 0], sum: 0 }));
    const at = GC_BUCKETS.findIndex((bound) => seconds <= bound);
    const bucket = at === -1 ? GC_BUCKETS.length : at;
    entry.counts[bucket] = (entry.counts[bucket] ?? 0) + 1;
    entry.sum += seconds;
  }

  #eventLoop(): MetricFamily[] {
    const delay = this.#delay;
    const since = 'since the last scrape';
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#utilization);
    this.#utilization = now;
    // Without a sample, Node says NaN or the largest number there is.
    const seconds = (value: number): number =>
      delay.count === 0 ? 0 : Math.max(value - RESOLUTION * 1e6, 0) / NANO;
    const families = [
      gauge('nodejs_eventloop_utilization_ratio', `How busy the event loop was ${since}.`, utilization),
      gauge(
        'nodejs_eventloop_delay_mean_seconds',
        `Mean delay of the event loop ${since}.`,
        seconds(delay.mean),
      ),
      gauge(
        'nodejs_eventloop_delay_max_seconds',
        `Longest delay of the event loop ${since}.`,
        seconds(delay.max),
      ),
      ...[50, 90, 99].map((percent) =>
        gauge(
          `nodejs_eventloop_delay_p${percent}_seconds`,
          `Delay of the event loop that ${percent} % of looks did not exceed ${since}.`,
          seconds(delay.percentile(percent)),
        ),
      ),
    ];
    delay.reset();
    return families;
  }
}

function heap(): MetricFamily[] {
  const spaces = getHeapSpaceStatistics();
  const by = (
    name: string,
    help: string,
    value: (space: (typeof spaces)[number]) => number,
  ): MetricFamily => ({
    name,
    help,
    type: 'gauge',
    samples: spaces.map((space) => ({
      labels: { v8js_heap_space_name: space.space_name },
      value: value(space),
    })),
  });
  const { external, arrayBuffers } = process.memoryUsage();
  return [
    by('v8js_memory_heap_used_bytes', 'Memory that objects use.', (space) => space.space_used_size),
    by('v8js_memory_heap_limit_bytes', 'Memory that V8 has reserved.', (space) => space.space_size),
    gauge('nodejs_memory_external_bytes', 'Memory of C++ objects that JavaScript holds.', external),
    gauge('nodejs_memory_array_buffers_bytes', 'Of that, memory of array buffers.', arrayBuffers),
  ];
}
