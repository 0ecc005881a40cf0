import { randomUUID } from 'node:crypto';

import type { Job } from 'bullmq';

import type {
  ClaimedJob,
  ClaimResult,
  JobClaim,
  JobCounts,
  JobOutcome,
  JobRecord,
  JobState,
  JobStore,
  NewJob,
} from '../job-store.ts';
import { type BullData, BullQueue, FIELDS, isOurs } from './bull-queue.ts';

const STATES: Readonly<Record<string, JobState>> = {
  waiting: 'waiting',
  prioritized: 'waiting',
  delayed: 'waiting',
  active: 'running',
  completed: 'completed',
  failed: 'dead',
};
/** Where the times of schedules are. */
const TICKS = 'blaize-schedules';

/** A store in Redis, by BullMQ. What it knows of a job is in the hash of BullMQ, with a few fields of ours. */
export class BullStore implements JobStore {
  readonly #queues = new Map<string, BullQueue>();
  readonly #make: (name: string) => BullQueue;

  constructor(connection: object, prefix: string) {
    this.#make = (name) => new BullQueue(name, connection, prefix);
  }

  async open(queues: readonly string[]): Promise<void> {
    for (const name of [...queues, TICKS]) this.#queues.set(name, this.#make(name));
    await Promise.all([...this.#queues.values()].map((queue) => queue.open()));
  }

  async add({ id, queue: name, payload, priority, delay }: NewJob): Promise<boolean> {
    const { queue } = this.#queue(name);
    const nonce = randomUUID();
    await queue.add('job', { payload, nonce }, { jobId: id, priority, delay, attempts: 1 });
    // BullMQ does not say whether there was one. If it is gone already, it was this one: those that are there stay a while.
    const job = (await queue.getJob(id)) as Job<BullData> | undefined;
    return job === undefined || job.data.nonce === nonce;
  }

  async claim(
    name: string,
    { limit, lease }: { readonly limit: number; readonly lease: number },
  ): Promise<ClaimResult> {
    const queue = this.#queue(name);
    const jobs: ClaimedJob[] = [];
    while (jobs.length < limit) {
      const taken = await queue.take(lease);
      if (!taken) break;
      const { job, token } = taken;
      const id = job.id ?? '';
      const returned = await queue.client.hget(queue.queue.toKey(id), FIELDS.returned);
      jobs.push({
        ...{ id, token, queue: name, payload: payloadOf(job), addedAt: job.timestamp },
        attempt: job.attemptsStarted - Number(returned ?? 0),
      });
    }
    if (jobs.length === limit) return { jobs };
    const [next] = await queue.queue.getJobs(['delayed'], 0, 0, true);
    return { jobs, ...(next && { next: Math.max(0, next.timestamp + next.delay - Date.now()) }) };
  }

  async extend({ queue, id, token }: JobClaim, lease: number): Promise<boolean> {
    return (await this.#queue(queue).handle(id).extendLock(token, lease)) === 1;
  }

  async settle({ queue: name, id, token }: JobClaim, outcome: JobOutcome): Promise<boolean> {
    const queue = this.#queue(name);
    const job = queue.handle(id);
    if (outcome.state === 'completed') {
      job.opts.removeOnComplete = toKeep(outcome.keep);
      return isOurs(job.moveToCompleted(null, token, false));
    }
    if (outcome.state === 'dead') {
      job.opts.removeOnFail = toKeep(outcome.keep);
      const error = new Error(outcome.error);
      delete error.stack;
      return isOurs(job.moveToFailed(error, token, false));
    }
    const { error, delay } = outcome;
    const noted =
      error === undefined
        ? queue.note(id, token, FIELDS.returned)
        : queue.note(id, token, FIELDS.error, error);
    if (!(await noted)) return false;
    return isOurs(
      error === undefined && delay === 0
        ? job.moveToWait(token)
        : job.moveToDelayed(Date.now() + delay, token),
    );
  }

  async report({ queue, id, token }: JobClaim, progress: string): Promise<void> {
    await this.#queue(queue).note(id, token, FIELDS.progress, progress);
  }

  async get(queue: string, id: string): Promise<JobRecord | undefined> {
    const job = (await this.#queue(queue).queue.getJob(id)) as Job<BullData> | undefined;
    const state = job && STATES[await job.getState()];
    return state && this.#toRecord(job, queue, state);
  }

  async listDead(
    name: string,
    { limit, offset }: { readonly limit: number; readonly offset: number },
  ): Promise<readonly JobRecord[]> {
    const { queue } = this.#queue(name);
    const jobs = (await queue.getFailed(offset, offset + limit - 1)) as Job<BullData>[];
    return Promise.all(jobs.map((job) => this.#toRecord(job, name, 'dead')));
  }

  async revive(name: string, id: string): Promise<boolean> {
    const queue = this.#queue(name);
    const job = await queue.queue.getJob(id);
    if (!job || (await job.getState()) !== 'failed') return false;
    await queue.client.hdel(queue.queue.toKey(id), ...Object.values(FIELDS));
    return isOurs(job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true }));
  }

  async remove(name: string, id: string): Promise<boolean> {
    const job = await this.#queue(name).queue.getJob(id);
    if (!job || (await job.getState()) === 'active') return false;
    try {
      await job.remove();
      return true;
    } catch (error) {
      // Another worker has taken it meanwhile.
      if ((await job.getState()) === 'active') return false;
      throw error;
    }
  }

  async count(name: string): Promise<JobCounts> {
    const { queue } = this.#queue(name);
    const types = ['wait', 'prioritized', 'delayed', 'active', 'completed', 'failed'] as const;
    const counts = await queue.getJobCounts(...types);
    const sum = (...names: (typeof types)[number][]): number =>
      names.reduce((total, each) => total + (counts[each] ?? 0), 0);
    return {
      waiting: sum('wait', 'prioritized', 'delayed'),
      ...{ running: sum('active'), completed: sum('completed'), dead: sum('failed') },
    };
  }

  async getTick(schedule: string): Promise<number | undefined> {
    return this.#queue(TICKS).getTick(schedule);
  }

  async setTick(schedule: string, time: number): Promise<void> {
    await this.#queue(TICKS).setTick(schedule, time);
  }

  watch(queue: string, onAdded: () => void): void {
    this.#queue(queue).watch(onAdded);
  }

  async close(): Promise<void> {
    const queues = [...this.#queues.values()];
    this.#queues.clear();
    await Promise.all(queues.map((queue) => queue.close()));
  }

  #queue(name: string): BullQueue {
    const queue = this.#queues.get(name);
    if (!queue) throw new Error(`The queue "${name}" is not open.`);
    return queue;
  }

  async #toRecord(job: Job<BullData>, name: string, state: JobState): Promise<JobRecord> {
    const { queue, client } = this.#queue(name);
    const id = job.id ?? '';
    const { error, returned, progress } = FIELDS;
    const found = await client.hmget(queue.toKey(id), error, returned, progress);
    const lastError = state === 'dead' ? job.failedReason : found[0];
    return {
      ...{ id, queue: name, payload: payloadOf(job), state, addedAt: job.timestamp },
      attempt: job.attemptsStarted - Number(found[1] ?? 0),
      ...(typeof found[2] === 'string' && { progress: found[2] }),
      ...(typeof lastError === 'string' && { error: lastError }),
    };
  }
}

/** Other programs can add jobs of BullMQ, with any data. Theirs has no payload that can be read, and is dead at once. */
function payloadOf({ data }: Job): string {
  return String((data as BullData | null)?.payload);
}

/** BullMQ counts in seconds. */
function toKeep(milliseconds: number): true | { readonly age: number } {
  return milliseconds === 0 ? true : { age: Math.ceil(milliseconds / 1000) };
}
