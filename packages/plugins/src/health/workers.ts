import { workerBus } from '../worker-bus.ts';
import type { Workers } from './report.ts';

/** What the primary says of its workers. */
interface ClusterInfo {
  readonly workers?: readonly { readonly state?: unknown }[];
}

/** Asks the primary about the workers of the cluster; undefined if there is none, or it does not answer. */
export async function readWorkers(): Promise<Workers | undefined> {
  try {
    const [answer] = (await workerBus()?.ask('cluster')) ?? [];
    const { workers } = (answer?.data ?? {}) as ClusterInfo;
    if (!Array.isArray(workers)) return undefined;
    return { all: workers.length, ready: workers.filter(({ state }) => state === 'ready').length };
  } catch {
    return undefined;
  }
}
