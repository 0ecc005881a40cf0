import type { Services, ServicesOf } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';

import { bullJobs } from './bullmq.ts';
import {
  createQueue,
  type Job,
  jobs,
  jobsCheck,
  type JobStore,
  type JobUpdate,
  type Queue,
  type QueueDefinition,
} from './index.ts';
import { sqliteJobs } from './sqlite.ts';

const emails = createQueue({
  payload: z.object({ to: z.string(), at: z.coerce.date<string>() }),
  progress: z.object({ percent: z.number() }),
  handler: async (job) => {
    expectTypeOf(job.payload).toEqualTypeOf<{ to: string; at: Date }>();
    expectTypeOf(job.signal).toEqualTypeOf<AbortSignal>();
    await job.report({ percent: 1 });
    // @ts-expect-error -- not what the schema says
    await job.report({ percents: 1 });
    // The services of the app, those of this plugin included: that is no circle.
    await job.services.jobs.cleanup.add();
  },
  schedules: { nightly: { cron: '0 3 * * *', payload: { to: 'ada', at: '2026-01-01' } } },
});
expectTypeOf(emails).toEqualTypeOf<QueueDefinition<{ to: string; at: string }, { percent: number }>>();

const cleanup = createQueue({
  handler: (job) => {
    expectTypeOf(job).toEqualTypeOf<Job<undefined>>();
  },
});

createQueue({
  payload: z.string(),
  handler: () => undefined,
  // @ts-expect-error -- the payload does not fit
  schedules: { nightly: { cron: '@daily', payload: 1 } },
});
// @ts-expect-error -- there is no handler
createQueue({ payload: z.string() });
createQueue({
  handler: () => undefined,
  // @ts-expect-error -- misspelt
  atempts: 3,
});

const background = jobs({ queues: { emails, cleanup } });
declare module '@blaizejs/types' {
  interface Services extends ServicesOf<typeof background> {}
}

declare const services: Services;
expectTypeOf(services.jobs.emails).toEqualTypeOf<Queue<{ to: string; at: string }, { percent: number }>>();
void services.jobs.emails.add({ to: 'ada', at: '2026-01-01' }, { delay: 1, key: 'a', priority: 'high' });
void services.jobs.cleanup.add();
void services.jobs.cleanup.add(undefined, { delay: 1 });
// @ts-expect-error -- a payload is needed
void services.jobs.emails.add();
// @ts-expect-error -- what goes in is a text
void services.jobs.emails.add({ to: 'ada', at: new Date() });
// @ts-expect-error -- there is no such priority
void services.jobs.emails.add({ to: 'ada', at: '' }, { priority: 'urgent' });
expectTypeOf(services.jobs).not.toHaveProperty('mails');
expectTypeOf(services.jobs.emails.watch('a')).toEqualTypeOf<
  AsyncIterableIterator<JobUpdate<{ percent: number }>>
>();

jobsCheck(background);
// @ts-expect-error -- this is no queue
jobs({ queues: { emails: { handler: () => undefined } } });
expectTypeOf(sqliteJobs({ url: 'file:a' })).toEqualTypeOf<JobStore>();
expectTypeOf(bullJobs({ connection: { host: 'a' } })).toEqualTypeOf<JobStore>();
