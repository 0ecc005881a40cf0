/**
 * A process that works. `process.argv`: `sqlite` or `redis`, where it is, `hang` or `work`, and a prefix for Redis. It tells which jobs it has begun, and which are done; a
 * job with the payload `hang` does not end in a process with `hang`.
 */
import { createServer } from '@blaizejs/server';
import { z } from 'zod';

import { bullJobs } from '@blaizejs/jobs/bullmq';
import { createQueue, jobs } from '@blaizejs/jobs';
import { sqliteJobs } from '@blaizejs/jobs/sqlite';

const [kind, where = '', mode, prefix = ''] = process.argv.slice(2);
const store =
  kind === 'redis' ? bullJobs({ connection: { path: where }, prefix }) : sqliteJobs({ url: where });

const queue = createQueue({
  payload: z.string(),
  handler: async ({ payload, attempt }) => {
    process.send?.({ began: payload, attempt });
    if (payload === 'hang' && mode === 'hang') await new Promise(() => undefined);
    process.send?.({ done: payload, attempt });
  },
  timeout: 0,
});
const server = createServer({
  port: 0,
  routesDir: false,
  logger: false,
  http2: { enabled: false },
  shutdownTimeout: 5000,
  plugins: [jobs({ queues: { queue }, store, lease: 1000, pollInterval: 50 })],
});
await server.listen();
process.send?.({ ready: true });
