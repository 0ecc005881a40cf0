import type {
  ClaimResult,
  JobClaim,
  JobCounts,
  JobOutcome,
  JobRecord,
  JobStore,
  NewJob,
} from '../job-store.ts';
import { type MemoryJob, MemoryQueue } from './memory-queue.ts';

/** A store in memory. Its clock only goes forward. */
export class MemoryStore implements JobStore {
  readonly #queues = new Map<string, MemoryQueue>();
  readonly #ticks = new Map<string, number>();
  readonly #maxJobs: number;
  #tokens = 0;

  constructor(maxJobs: number) {
    this.#maxJobs = maxJobs;
  }

  async add(job: NewJob): Promise<boolean> {
    const now = performance.now();
    const queue = this.#queue(job.queue);
    queue.sweep(now);
    if (queue.jobs.has(job.id)) return false;
    this.#makeRoom();
    queue.create(job, now, now + job.delay);
    return true;
  }

  claim(
    name: string,
    { limit, lease }: { readonly limit: number; readonly lease: number },
  ): Promise<ClaimResult> {
    const now = performance.now();
    const queue = this.#queue(name);
    queue.sweep(now);
    for (const job of queue.running) {
      if (job.time > now) continue;
      queue.running.delete(job);
      queue.wait(job, now);
    }
    const taken: MemoryJob[] = [];
    for (let job; taken.length < limit && (job = queue.next(now));) {
      job.attempt += 1;
      job.state = 'running';
      job.time = now + lease;
      job.token = String((this.#tokens += 1));
      queue.running.add(job);
      taken.push(job);
    }
    return Promise.resolve({ jobs: taken.map((job) => ({ ...job })), next: queue.nextTime - now });
  }

  extend(claim: JobClaim, lease: number): Promise<boolean> {
    const job = this.#claimed(claim);
    if (job) job.time = performance.now() + lease;
    return Promise.resolve(job !== undefined);
  }

  settle(claim: JobClaim, outcome: JobOutcome): Promise<boolean> {
    const job = this.#claimed(claim);
    if (!job) return Promise.resolve(false);
    const queue = this.#queue(job.queue);
    const now = performance.now();
    queue.running.delete(job);
    job.token = '';
    if ('error' in outcome && outcome.error !== undefined) job.error = outcome.error;
    if (outcome.state === 'waiting') {
      if (outcome.error === undefined) job.attempt -= 1;
      job.time = now + outcome.delay;
      queue.wait(job, now);
    } else if (outcome.keep === 0) {
      queue.delete(job);
    } else {
      job.state = outcome.state;
      job.time = now + outcome.keep;
      queue[outcome.state].add(job);
    }
    return Promise.resolve(true);
  }

  report(claim: JobClaim, progress: string): Promise<void> {
    const job = this.#claimed(claim);
    if (job) job.progress = progress;
    return Promise.resolve();
  }

  get(queue: string, id: string): Promise<JobRecord | undefined> {
    this.#queue(queue).sweep(performance.now());
    const job = this.#queue(queue).jobs.get(id);
    return Promise.resolve(job && { ...job });
  }

  listDead(
    queue: string,
    { limit, offset }: { readonly limit: number; readonly offset: number },
  ): Promise<readonly JobRecord[]> {
    this.#queue(queue).sweep(performance.now());
    const dead = [...this.#queue(queue).dead].reverse().slice(offset, offset + limit);
    return Promise.resolve(dead.map((job) => ({ ...job })));
  }

  revive(name: string, id: string): Promise<boolean> {
    const queue = this.#queue(name);
    const job = queue.jobs.get(id);
    if (job?.state !== 'dead') return Promise.resolve(false);
    queue.dead.delete(job);
    const now = performance.now();
    Object.assign(job, { attempt: 0, error: undefined, progress: undefined, time: now });
    queue.wait(job, now);
    return Promise.resolve(true);
  }

  remove(name: string, id: string): Promise<boolean> {
    const queue = this.#queue(name);
    const job = queue.jobs.get(id);
    if (!job || job.state === 'running') return Promise.resolve(false);
    queue.delete(job);
    return Promise.resolve(true);
  }

  count(name: string): Promise<JobCounts> {
    const queue = this.#queue(name);
    queue.sweep(performance.now());
    const { running, completed, dead, jobs } = queue;
    const ended = { running: running.size, completed: completed.size, dead: dead.size };
    return Promise.resolve({
      waiting: jobs.size - running.size - completed.size - dead.size,
      ...ended,
    });
  }

  getTick(schedule: string): Promise<number | undefined> {
    return Promise.resolve(this.#ticks.get(schedule));
  }

  setTick(schedule: string, time: number): Promise<void> {
    this.#ticks.set(schedule, Math.max(time, this.#ticks.get(schedule) ?? 0));
    return Promise.resolve();
  }

  #queue(name: string): MemoryQueue {
    let queue = this.#queues.get(name);
    if (!queue) this.#queues.set(name, (queue = new MemoryQueue()));
    return queue;
  }

  #claimed({ queue, id, token }: JobClaim): MemoryJob | undefined {
    const job = this.#queue(queue).jobs.get(id);
    return job?.state === 'running' && job.token === token ? job : undefined;
  }

  #makeRoom(): void {
    const queues = [...this.#queues.values()];
    if (queues.reduce((sum, { jobs }) => sum + jobs.size, 0) < this.#maxJobs) return;
    const fullest = queues.reduce((a, b) => (b.completed.size > a.completed.size ? b : a));
    for (const job of fullest.completed) {
      fullest.delete(job);
      return;
    }
    throw new Error(`The store has ${this.#maxJobs} jobs, which is its limit (\`maxJobs\`).`);
  }
}
