/**
 * A process that works, and writes what it does to a file. `process.argv`: the URL of the store, and the file. Each line is
 * `began` or `kept` with the id of a job: that it runs, and that the store knows that it is done.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { createServer } from '@blaizejs/server';

import { createQueue, jobs, type JobStore } from '@blaizejs/jobs';
import { sqliteJobs } from '@blaizejs/jobs/sqlite';

const [url = '', journal = ''] = process.argv.slice(2);
const inner = sqliteJobs({ url });
const write = (what: string, id: string): void => {
  appendFileSync(journal, `${what} ${id}\n`);
  process.send?.(what);
};
const store = new Proxy(inner, {
  get: (target, name) => {
    const value = Reflect.get(target, name) as (...args: unknown[]) => unknown;
    if (name !== 'settle') return typeof value === 'function' ? value.bind(target) : value;
    return async (...[claim, outcome]: Parameters<JobStore['settle']>) => {
      const isKept = await inner.settle(claim, outcome);
      if (isKept && outcome.state === 'completed') write('kept', claim.id);
      return isKept;
    };
  },
});

const queue = createQueue({
  attempts: 1000,
  handler: async ({ id }) => {
    write('began', id);
    await wait(1);
  },
});
const server = createServer({
  ...{ port: 0, routesDir: false, logger: false, http2: { enabled: false } },
  plugins: [jobs({ queues: { queue }, store, lease: 1000, pollInterval: 20, storeTimeout: 20_000 })],
});
await server.listen();
