import type { Performance } from 'node:perf_hooks';

/** What can be read of the process. */
export interface Sensors {
  /** Milliseconds. */
  now(): number;
  /** How busy the event loop was since the last call, from 0 to 1. */
  utilization(): number;
  /** How much of the heap that V8 allows is in use, garbage included, from 0 to 1. */
  heapUsage(): number;
  /** Bytes of memory of the process. */
  rss(): number;
}

type NodePerformance = Partial<Pick<Performance, 'eventLoopUtilization'>>;
type NodeProcess = Partial<Pick<NodeJS.Process, 'getBuiltinModule' | 'memoryUsage'>>;

/** Those of Node. Where there is none, as in workers, nothing is ever short but time. */
export function nodeSensors(): Sensors {
  const { process } = globalThis as { readonly process?: NodeProcess };
  // Not imported: workers have no such module.
  const v8 = process?.getBuiltinModule?.('node:v8');
  const loop = performance as NodePerformance;
  let last = loop.eventLoopUtilization?.();
  return {
    now: () => performance.now(),
    utilization: () => {
      const now = loop.eventLoopUtilization?.();
      if (!now) return 0;
      const { utilization } = loop.eventLoopUtilization?.(now, last) ?? now;
      last = now;
      return utilization;
    },
    heapUsage: () => {
      const statistics = v8?.getHeapStatistics();
      return statistics ? statistics.used_heap_size / statistics.heap_size_limit : 0;
    },
    rss: () => process?.memoryUsage?.rss() ?? 0,
  };
}
