import { mkdtemp, open, rm } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';

import { type Answer, file, Refusal } from './answer.ts';

/** Microseconds between two samples of the CPU profile. */
const CPU_INTERVAL = 1000;
/** Bytes between two samples of the heap profile, on average. */
const HEAP_INTERVAL = 64 * 1024;

/** What is running, if anything: two would measure each other, and two snapshots could exhaust the memory. */
let running: string | undefined;

/** Where the CPU spends its time, as `.cpuprofile`. Ends early if the client leaves. @throws Refusal */
export function profileCpu(seconds: number, signal: AbortSignal): Promise<Answer> {
  return profile('A CPU profile', async (session) => {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: CPU_INTERVAL });
    await session.post('Profiler.start');
    await setTimeout(seconds * 1000, undefined, { signal });
    const { profile: found } = await session.post('Profiler.stop');
    return file('cpuprofile', JSON.stringify(found));
  });
}

/** Which functions allocate what is still in memory, as `.heapprofile`. Ends early if the client leaves. @throws Refusal */
export function profileHeap(seconds: number, signal: AbortSignal): Promise<Answer> {
  return profile('A heap profile', async (session) => {
    await session.post('HeapProfiler.enable');
    await session.post('HeapProfiler.startSampling', { samplingInterval: HEAP_INTERVAL });
    await setTimeout(seconds * 1000, undefined, { signal });
    const { profile: found } = await session.post('HeapProfiler.stopSampling');
    return file('heapprofile', JSON.stringify(found));
  });
}

/**
 * The whole heap, as `.heapsnapshot`. Stops the process while it is taken. It goes through a file that nobody else can open and
 * that has no name any more once it is sent. Node's own stream holds all of its text in memory until it is read: 103 MB where the
 * heap had 46 MB. What V8 needs to make a snapshot is far more, and neither way avoids it.
 *
 * @throws Refusal
 */
export async function snapshotHeap(signal: AbortSignal): Promise<Answer> {
  const release = acquire('A heap snapshot');
  try {
    // Readable only by this user.
    const folder = await mkdtemp(join(tmpdir(), 'blaize-heap-'));
    try {
      signal.throwIfAborted();
      const handle = await open(writeHeapSnapshot(join(folder, 'snapshot')));
      const stream = handle.createReadStream();
      const stop = (): void => void stream.destroy();
      signal.addEventListener('abort', stop);
      void finished(stream)
        .catch(() => undefined)
        .finally(() => {
          signal.removeEventListener('abort', stop);
          release();
        });
      return file('heapsnapshot', stream);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } catch (error) {
    release();
    throw error;
  }
}

async function profile(name: string, run: (session: Session) => Promise<Answer>): Promise<Answer> {
  const release = acquire(name);
  const session = new Session();
  try {
    session.connect();
    return await run(session);
  } finally {
    // It stops whatever it has started.
    session.disconnect();
    release();
  }
}

function acquire(name: string): () => void {
  if (running !== undefined) {
    throw new Refusal(409, `${running} is being taken. Try again when it is done.`, { 'retry-after': '10' });
  }
  running = name;
  return () => {
    running = undefined;
  };
}
