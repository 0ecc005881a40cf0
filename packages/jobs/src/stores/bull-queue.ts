import { randomUUID } from 'node:crypto';

import { Job, Queue, QueueEvents, type RedisOptions, Worker } from 'bullmq';

/** What is stored as the data of a job. */
export interface BullData {
  /** The payload, as text: BullMQ would parse it. */
  readonly payload: string;
  /** Tells who tries to add a job with an id that is taken. */
  readonly nonce: string;
}

type Client = Awaited<ReturnType<Queue['getBackend']>['client']>;

const WORKER_LEASE = 30_000;
/** Milliseconds for BullMQ to close its connections. */
const CLOSING = 200;

// Fields that BullMQ does not know, in the hash that it has for each job.
export const FIELDS = { error: 'blaize:error', returned: 'blaize:returned', progress: 'blaize:progress' };

/** Writes a field of a job, if it still has the lock. */
const NOTE = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[3] == '' then redis.call('HINCRBY', KEYS[1], ARGV[2], 1)
else redis.call('HSET', KEYS[1], ARGV[2], ARGV[3]) end
return 1`;

const SET_TICK = `
local old = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if tonumber(ARGV[2]) > old then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return 1`;

/** One queue of BullMQ: its connections, and what is sent over them. */
export class BullQueue {
  readonly queue: Queue<BullData>;
  readonly #settings: { readonly connection: RedisOptions; readonly prefix: string };
  #worker: Worker<BullData> | undefined;
  #isReady: Promise<void> | undefined;
  #events: QueueEvents | undefined;
  #client: Client | undefined;

  constructor(name: string, connection: RedisOptions, prefix: string) {
    const retryStrategy = (times: number): number => Math.min(times * 100, 2000);
    // What cannot be sent at once is refused: a job that is added later, after its caller has given up, would be a surprise.
    const patient = { retryStrategy, ...connection, enableOfflineQueue: false };
    this.#settings = { connection: { ...patient, maxRetriesPerRequest: null }, prefix };
    this.queue = new Queue(name, { connection: { ...patient, maxRetriesPerRequest: 1 }, prefix });
    // Calls reject; this would be an uncaught exception.
    this.queue.on('error', ignore);
  }

  async open(): Promise<void> {
    this.#client = await this.queue.getBackend().client;
    this.#client.defineCommand('blaizeNote', { numberOfKeys: 2, lua: NOTE });
    this.#client.defineCommand('blaizeSetTick', { numberOfKeys: 1, lua: SET_TICK });
  }

  get client(): Client {
    if (!this.#client) throw new Error('The connection to Redis is not open.');
    return this.#client;
  }

  /** Takes the next job. */
  async take(lease: number): Promise<{ readonly job: Job<BullData>; readonly token: string } | undefined> {
    const worker = await this.#work(lease);
    const token = randomUUID();
    const job = (await worker.getNextJob(token, { block: false })) as Job<BullData> | undefined;
    if (!job) return undefined;
    if (worker.opts.lockDuration !== lease) await job.extendLock(token, lease);
    return { job, token };
  }

  /** A job of which nothing but the id is known, which is enough to move it. */
  handle(id: string): Job<BullData> {
    return new Job<BullData>(this.queue, 'job', { payload: '', nonce: '' }, {}, id);
  }

  /** Writes a field, if the job still has the lock. @param value empty to count one up */
  async note(id: string, token: string, field: string, value = ''): Promise<boolean> {
    const key = this.queue.toKey(id);
    return (await this.client.runCommand('blaizeNote', [key, `${key}:lock`, token, field, value])) === 1;
  }

  async getTick(schedule: string): Promise<number | undefined> {
    const time = await this.client.hget(this.queue.toKey('blaize:ticks'), schedule);
    return time === null ? undefined : Number(time);
  }

  async setTick(schedule: string, time: number): Promise<void> {
    const key = this.queue.toKey('blaize:ticks');
    await this.client.runCommand('blaizeSetTick', [key, schedule, String(time)]);
  }

  watch(onAdded: () => void): void {
    if (this.#events) return;
    this.#events = new QueueEvents(this.queue.name, this.#settings);
    this.#events.on('error', ignore);
    this.#events.on('waiting', onAdded);
    this.#events.on('delayed', onAdded);
  }

  async close(): Promise<void> {
    const open = [this.#worker, this.#events, this.queue].filter((each) => each !== undefined);
    // BullMQ takes its own listeners away.
    for (const each of open)
      void each.getBackend().client.then((client) => client.on('error', ignore), ignore);
    await soon(open.map((each) => each.close(true)));
    // If Redis is away, they would try to reach it for ever.
    await soon(open.map((each) => each.disconnect()));
  }

  async #work(lease: number): Promise<Worker<BullData>> {
    const worker = (this.#worker ??= new Worker<BullData>(this.queue.name, null, {
      ...this.#settings,
      autorun: false,
      lockDuration: lease,
      // Two looks are needed to find a job whose lock is gone.
      stalledInterval: Math.min(Math.ceil(lease / 2), WORKER_LEASE),
      // Attempts are counted, and it is not BullMQ that ends them.
      maxStalledCount: 2 ** 31,
    }).on('error', ignore));
    this.#isReady ??= worker.waitUntilReady().then(() => worker.startStalledCheckTimer());
    try {
      await this.#isReady;
    } catch (error) {
      this.#isReady = undefined;
      throw error;
    }
    return worker;
  }
}

/** The codes of BullMQ's scripts for a job that is gone, or no longer this worker's. */
const NOT_OURS = [-1, -2, -3, -6];

/** @returns false if a job was no longer this worker's */
export async function isOurs(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (NOT_OURS.includes((error as { code?: number }).code ?? 0)) return false;
    throw error;
  }
}

/** Resolves when all have settled, or after a while: if Redis is away, some never do. */
async function soon(calls: readonly Promise<unknown>[]): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, CLOSING)));
  await Promise.race([Promise.allSettled(calls), late]);
  clearTimeout(timer);
}

function ignore(): void {
  // Whoever calls is told.
}
