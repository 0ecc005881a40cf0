import { randomUUID } from 'node:crypto';

import { type Client, createClient, type InArgs, type ResultSet, type Row } from '@libsql/client';

import type {
  ClaimResult,
  JobClaim,
  JobCounts,
  JobOutcome,
  JobRecord,
  JobState,
  JobStore,
  NewJob,
} from '../job-store.ts';
import * as sql from './sqlite-statements.ts';

/** Milliseconds to wait for another process that writes. */
const BUSY = 1000;
/** Milliseconds between two sweeps. */
const SWEEP = 10_000;

type Arguments = Readonly<Record<string, string | number | null>>;

/** A store in a file of SQLite. */
export class SqliteStore implements JobStore {
  readonly #url: string;
  #client: Client | undefined;
  /** When the jobs of a queue were last swept. */
  readonly #swept = new Map<string, number>();

  constructor(url: string) {
    this.#url = url;
  }

  async open(): Promise<void> {
    const client = createClient({ url: this.#url, timeout: BUSY });
    try {
      // Readers then never wait for a writer. The file keeps this setting.
      await client.execute('PRAGMA journal_mode = WAL');
      await client.batch(sql.SCHEMA, 'write');
    } catch (error) {
      client.close();
      throw error;
    }
    this.#client = client;
  }

  async add({ id, queue, payload, priority, delay }: NewJob): Promise<boolean> {
    const now = Date.now();
    const key = { queue, id, now };
    const [, added] = await this.#write([
      [sql.FORGET_OLD, key],
      [sql.ADD, { ...key, payload, priority, time: now + delay }],
    ]);
    return added?.rowsAffected === 1;
  }

  async claim(
    queue: string,
    { limit, lease }: { readonly limit: number; readonly lease: number },
  ): Promise<ClaimResult> {
    const now = Date.now();
    const found = (await this.#run(sql.LOOK, { queue })).rows[0];
    const at = (name: string): number => Number(found?.[name] ?? Infinity);
    if ([1, 2, 3].some((each) => Math.min(at(`completed_${each}`), at(`dead_${each}`)) <= now)) {
      await this.#sweep(queue, now);
    }
    const leaseStart = found?.['lease_start'] === null ? -Infinity : at('lease_start');
    if (at('lease_end') <= now || leaseStart > now) await this.#run(sql.EXPIRE, { queue, now });
    else if (Math.min(...[1, 2, 3].map((priority) => at(`waiting_${priority}`))) > now) {
      return { jobs: [], next: this.#next(at, now) };
    }
    const { rows } = await this.#run(sql.CLAIM, { queue, now, lease, limit, token: randomUUID() });
    const order = ['priority', 'time', 'seq'];
    const sorted = [...rows].sort(
      (a, b) => order.map((name) => Number(a[name]) - Number(b[name])).find((each) => each !== 0) ?? 0,
    );
    const jobs = sorted.map((row) => ({
      ...{ queue, id: text(row, 'id'), token: text(row, 'token'), payload: text(row, 'payload') },
      ...{ attempt: Number(row['attempt']), addedAt: Number(row['added_at']) },
    }));
    return { jobs, ...(jobs.length < limit && { next: this.#next(at, now) }) };
  }

  async extend(claim: JobClaim, lease: number): Promise<boolean> {
    const { rowsAffected } = await this.#run(sql.EXTEND, { ...keyOf(claim), lease, now: Date.now() });
    return rowsAffected === 1;
  }

  async settle(claim: JobClaim, outcome: JobOutcome): Promise<boolean> {
    const { state } = outcome;
    if (state !== 'waiting' && outcome.keep === 0) {
      return (await this.#run(sql.FORGET, keyOf(claim))).rowsAffected === 1;
    }
    const now = Date.now();
    const error = ('error' in outcome && outcome.error) || null;
    const time = now + (state === 'waiting' ? outcome.delay : outcome.keep);
    const returned = state === 'waiting' && error === null ? 1 : 0;
    const ended = await this.#run(sql.END, { ...keyOf(claim), state, time, now, error, returned });
    return ended.rowsAffected === 1;
  }

  async report(claim: JobClaim, progress: string): Promise<void> {
    await this.#run(sql.REPORT, { ...keyOf(claim), progress });
  }

  async get(queue: string, id: string): Promise<JobRecord | undefined> {
    const { rows } = await this.#run(sql.GET, { queue, id, now: Date.now() });
    return rows[0] && toRecord(rows[0]);
  }

  async listDead(
    queue: string,
    { limit, offset }: { readonly limit: number; readonly offset: number },
  ): Promise<readonly JobRecord[]> {
    const { rows } = await this.#run(sql.LIST_DEAD, { queue, limit, offset, now: Date.now() });
    return rows.map(toRecord);
  }

  async revive(queue: string, id: string): Promise<boolean> {
    return (await this.#run(sql.REVIVE, { queue, id, now: Date.now() })).rowsAffected === 1;
  }

  async remove(queue: string, id: string): Promise<boolean> {
    return (await this.#run(sql.REMOVE, { queue, id })).rowsAffected === 1;
  }

  async count(queue: string): Promise<JobCounts> {
    const { rows } = await this.#run(sql.COUNT, { queue, now: Date.now() });
    const counts = { waiting: 0, running: 0, completed: 0, dead: 0 };
    for (const row of rows) counts[text(row, 'state') as JobState] = Number(row['jobs']);
    return counts;
  }

  async getTick(schedule: string): Promise<number | undefined> {
    const { rows } = await this.#run(sql.GET_TICK, { schedule });
    return rows[0] && Number(rows[0]['time']);
  }

  async setTick(schedule: string, time: number): Promise<void> {
    await this.#run(sql.SET_TICK, { schedule, time });
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    // libsql lets go of the file only when it is collected as garbage; until then all that is new would stay in the
    // file -wal beside it.
    await client.execute('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
    client.close();
  }

  /** Deletes what is to be forgotten. Until then, nobody sees it. */
  async #sweep(queue: string, now: number): Promise<void> {
    if (Math.abs(now - (this.#swept.get(queue) ?? 0)) < SWEEP) return;
    this.#swept.set(queue, now);
    await this.#write(sql.SWEEP.map((statement) => [statement, { queue, now }]));
  }

  /** Milliseconds until a job is due, or a lease ends. */
  #next(at: (name: string) => number, now: number): number {
    const waiting = [1, 2, 3].map((priority) => at(`waiting_${priority}`)).filter((time) => time > now);
    return Math.max(0, Math.min(...waiting, at('lease_end')) - now);
  }

  #run(statement: string, values: Arguments): Promise<ResultSet> {
    return this.#open().execute({ sql: statement, args: values as InArgs });
  }

  #write(statements: readonly (readonly [string, Arguments])[]): Promise<ResultSet[]> {
    return this.#open().batch(
      statements.map(([statement, values]) => ({ sql: statement, args: values })),
      'write',
    );
  }

  #open(): Client {
    if (!this.#client) throw new Error('The file is not open.');
    return this.#client;
  }
}

function keyOf({ queue, id, token }: JobClaim): Arguments {
  return { queue, id, token };
}

function toRecord(row: Row): JobRecord {
  const { progress, error } = row;
  return {
    ...{ queue: text(row, 'queue'), id: text(row, 'id'), payload: text(row, 'payload') },
    ...{ state: text(row, 'state') as JobState, attempt: Number(row['attempt']) },
    addedAt: Number(row['added_at']),
    ...(typeof progress === 'string' && { progress }),
    ...(typeof error === 'string' && { error }),
  };
}

function text(row: Row, name: string): string {
  return row[name] as string;
}
