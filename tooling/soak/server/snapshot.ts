import { readdirSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

/** What a process holds at a moment of rest. */
export interface Snapshot {
  /** Bytes after a garbage collection: the heap, and what objects on it hold outside of it. */
  readonly memory: number;
  readonly resident: number;
  /** How many of each kind there are: `descriptor socket`, `resource TCPSocketWrap`, `listener process SIGTERM`. */
  readonly counts: Readonly<Record<string, number>>;
}

/** What tells of its listeners. */
export interface Emitter {
  eventNames(): (string | symbol)[];
  listenerCount(event: string | symbol): number;
}

/** @param emitters those whose listeners are counted, by name */
export async function takeSnapshot(
  emitters: Readonly<Record<string, Emitter>>,
  counts: Record<string, number>,
): Promise<Snapshot> {
  const count = (what: string, number = 1): void => {
    counts[what] = (counts[what] ?? 0) + number;
  };
  for (const descriptor of descriptors()) count(`descriptor ${descriptor}`);
  for (const [resource, number] of Object.entries(activeResources())) count(`resource ${resource}`, number);
  for (const [name, emitter] of Object.entries(emitters)) {
    for (const event of emitter.eventNames()) {
      count(`listener ${name} ${String(event)}`, emitter.listenerCount(event));
    }
  }
  await collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { memory: heapUsed + external, resident: rss, counts };
}

/** What keeps this process alive, by its kind. */
export function activeResources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const resource of process.getActiveResourcesInfo()) counts[resource] = (counts[resource] ?? 0) + 1;
  return counts;
}

/** What this process has open, where the system tells. */
function descriptors(): string[] {
  try {
    return readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).replace(/:\[\d+\]$/, '');
      } catch {
        // The one by which the folder was read.
        return [];
      }
    });
  } catch {
    return [];
  }
}

async function collectGarbage(): Promise<void> {
  if (!globalThis.gc) throw new Error('The server needs --expose-gc.');
  // What finalizers and weak references let go of is found by the next one.
  for (let time = 0; time < 5; time++) {
    globalThis.gc();
    await setImmediate();
  }
}
