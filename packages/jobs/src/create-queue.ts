import {
  type Check,
  callback,
  checkOptions,
  flag,
  is,
  isInteger,
  isObject,
  limit,
  MAX_TIMER,
  milliseconds,
  oneOf,
  optional,
  options as shapeOf,
  orElse,
  record,
} from '@blaizejs/errors/internal';
import type { AnySchema, Schema, SchemaInput, SchemaOutput } from '@blaizejs/types';

import { type BackoffOptions, delay } from './backoff.ts';
import type { Job } from './job.ts';
import { cronOf } from './schedule/cron.ts';

/** When a queue adds a job to itself. */
export interface Schedule<Input> {
  /**
   * A cron expression: `0 3 * * *` is each day at three; a sixth part, before the others, is the second. Also `@daily` and the
   * like.
   */
  readonly cron: string;
  /** The time zone of the expression, such as `Europe/Berlin`. Default: UTC. */
  readonly timeZone?: string | undefined;
  /** The payload of the jobs. */
  readonly payload?: Input | undefined;
  /** Whether to add a job although that of the last time waits or runs. Default: false. */
  readonly overlap?: boolean | undefined;
  /**
   * What happens if the time came while no process was there to see it. `skip`: nothing. `once`: one job, as soon as there is
   * a process, for however many times were missed. Default: `skip`.
   */
  readonly missed?: 'skip' | 'once' | undefined;
}

/** The options of {@link createQueue}. */
export interface QueueOptions<
  Payload extends AnySchema | undefined = undefined,
  Progress extends AnySchema | undefined = undefined,
> {
  /** The schema of payloads: they are checked when added, and before they run. Default: jobs have no payload. */
  readonly payload?: Payload | undefined;
  /** The schema of what a job reports with `job.report()`. Default: it reports nothing. */
  readonly progress?: Progress | undefined;
  /**
   * Runs a job. The job is done when it returns, and has failed if it throws. Runs at least once per job: if a process dies
   * or a lease ends, it runs again.
   */
  readonly handler: (job: Job<OutputOf<Payload>, InputOf<Progress>>) => unknown;
  /** How often a job is tried before it is dead. Default: 5. */
  readonly attempts?: number | undefined;
  /** How long a job waits before it is tried again. Default: 1 s, 2 s, 4 s, … with jitter. */
  readonly backoff?: BackoffOptions | undefined;
  /** Milliseconds that an attempt may take; 0 for no limit. `job.signal` aborts, and the attempt has failed. Default: 60,000. */
  readonly timeout?: number | undefined;
  /** How many jobs of the queue run at the same time in each process. Default: 4. */
  readonly concurrency?: number | undefined;
  /** Bytes of a payload as JSON. Default: 262,144 (256 KiB). */
  readonly payloadLimit?: number | undefined;
  /** Milliseconds for which a job that is done is kept; so long its `key` is taken. Default: 3,600,000 (an hour). */
  readonly keepCompleted?: number | undefined;
  /** Milliseconds for which a dead job is kept. Default: 2,592,000,000 (30 days). */
  readonly keepDead?: number | undefined;
  /** When the queue adds a job to itself, by name. Default: never. */
  readonly schedules?: Readonly<Record<string, Schedule<NoInfer<InputOf<Payload>>>>> | undefined;
}

/** What a schema accepts; nothing, if there is none. */
export type InputOf<S extends AnySchema | undefined> = S extends AnySchema ? SchemaInput<S> : undefined;
/** What a schema returns; nothing, if there is none. */
export type OutputOf<S extends AnySchema | undefined> = S extends AnySchema ? SchemaOutput<S> : undefined;

/**
 * A queue, ready for `jobs({ queues })`.
 *
 * @typeParam Input what is passed to `add()`
 * @typeParam Progress what its jobs report
 */
export interface QueueDefinition<Input = unknown, Progress = unknown> {
  /** Carries the types; never set. */
  readonly '~types'?: { readonly input: Input; readonly progress: Progress };
}

const schema: Check<Schema> = is<Schema>('a Standard Schema, such as one of zod', (value) => {
  const standard = (value as Partial<Schema> | null | undefined)?.['~standard'];
  return typeof standard?.validate === 'function';
});

const number = (expected: string, test: (value: number) => boolean): Check<number> =>
  is(expected, (value) => typeof value === 'number' && test(value));

const backoffShape = shapeOf(
  {
    delay: orElse(delay, 1000),
    factor: orElse(
      number('a number from 1 to 100', (value) => value >= 1 && value <= 100),
      2,
    ),
    max: orElse(delay, 3_600_000),
    jitter: orElse(
      number('a number from 0 to 1', (value) => value >= 0 && value <= 1),
      0.5,
    ),
  },
  'an object such as { delay: 1000, max: 60_000 }',
);

const scheduleShape = shapeOf(
  {
    cron: is<string>('a cron expression, such as "0 3 * * *"', (value) => typeof value === 'string'),
    timeZone: orElse(
      is<string>('the name of a time zone, such as "Europe/Berlin"', (value) => {
        return typeof value === 'string' && isTimeZone(value);
      }),
      'UTC',
    ),
    payload: (value) => value,
    overlap: orElse(flag, false),
    missed: orElse(oneOf('skip', 'once'), 'skip'),
  },
  'an object such as { cron: "0 3 * * *" }',
  ({ cron, timeZone = 'UTC' }, path, report) => {
    if (typeof cron !== 'string' || typeof timeZone !== 'string' || !isTimeZone(timeZone)) return;
    const problem = cronOf(cron, timeZone).problem;
    if (problem !== undefined) report(`${path}.cron`, cron, 'a cron expression that comes due', problem);
  },
);

const shape = shapeOf(
  {
    payload: optional(schema),
    progress: optional(schema),
    handler: callback<(job: Job<unknown, unknown>) => unknown>('(job) that runs a job'),
    attempts: limit(5, 1000),
    backoff: orElse(
      backoffShape,
      backoffShape({}, '', () => undefined),
    ),
    timeout: orElse(milliseconds, 60_000),
    concurrency: orElse(
      is<number>('a whole number from 1 to 10000', (value) => isInteger(value, 1, 10_000)),
      4,
    ),
    payloadLimit: limit(256 * 1024, 64 * 1024 * 1024),
    keepCompleted: orElse(keep(), 3_600_000),
    keepDead: orElse(keep(), 30 * 86_400_000),
    schedules: orElse(record(scheduleShape, 'an object of schedules by name'), {}),
  },
  'an object of options, such as { payload, handler }',
  ({ schedules }, path, report) => {
    for (const name of Object.keys(isObject(schedules) ? schedules : {})) {
      if (!NAME.test(name)) report(`${path}schedules`, name, NAME_RULE);
    }
  },
);

/** What queues and schedules may be called. */
export const NAME = /^[A-Za-z][\w-]{0,63}$/;
export const NAME_RULE = 'names of up to 64 letters, digits, - and _ that begin with a letter';

/** The options of a queue with all defaults filled in. */
export type ResolvedQueue = ReturnType<typeof resolve>;

const definitions = new WeakMap<object, ResolvedQueue>();

/**
 * Creates a queue: what its jobs carry, and how they run.
 *
 * ```ts
 * const emails = createQueue({
 *   payload: z.object({ to: z.email(), text: z.string() }),
 *   handler: async ({ payload, signal }) => send(payload.to, payload.text, { signal }),
 * });
 *
 * createServer({ plugins: [jobs({ queues: { emails } })] });
 * // In a route: await ctx.services.jobs.emails.add({ to, text });
 * ```
 *
 * @throws ConfigurationError that lists everything that is wrong with the options
 */
export function createQueue<
  Payload extends AnySchema | undefined = undefined,
  Progress extends AnySchema | undefined = undefined,
>(options: QueueOptions<Payload, Progress>): QueueDefinition<InputOf<Payload>, InputOf<Progress>> {
  const definition = Object.freeze({});
  definitions.set(definition, resolve(options));
  return definition;
}

/** What a queue was created with; undefined if it is none. */
export function resolvedQueue(definition: unknown): ResolvedQueue | undefined {
  return definitions.get(definition as object);
}

function resolve(options: object) {
  return checkOptions(shape, options);
}

function keep(): Check<number> {
  return is('a whole number of milliseconds', (value) => isInteger(value, 0, MAX_TIMER * 100));
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
