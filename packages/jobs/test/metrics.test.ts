import { createApp } from '@blaizejs/app';
import { health } from '@blaizejs/plugins/health';
import { metrics } from '@blaizejs/plugins/metrics';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';

import { createQueue, jobs, jobsCheck, memoryJobs, type Queue } from '../src/index.ts';
import { changed, runJobs } from './harness.ts';

const failing = createQueue({
  handler: () => {
    throw new Error('no');
  },
  attempts: 2,
  backoff: { delay: 1 },
});
const working = createQueue({ handler: () => undefined });

test('adds series to a registry of prom-client, and removes them at the end', async () => {
  const registry = new Registry();
  const app = await runJobs({ failing, working }, { registry });
  await app.queues.failing.add();
  await app.queues.working.add();
  await app.queues.working.add(undefined, { delay: 60_000 });
  await expect.poll(() => app.queues.failing.count()).toMatchObject({ dead: 1 });
  await expect.poll(() => app.queues.working.count()).toMatchObject({ completed: 1 });
  const text = await registry.metrics();
  for (const line of [
    '# TYPE blaizejs_job_attempts_total counter',
    'blaizejs_job_attempts_total{queue="failing",end="retried"} 1',
    'blaizejs_job_attempts_total{queue="failing",end="dead"} 1',
    'blaizejs_job_attempts_total{queue="working",end="completed"} 1',
    'blaizejs_job_duration_seconds_bucket{queue="failing",le="+Inf"} 2',
    'blaizejs_job_duration_seconds_count{queue="working"} 1',
    'blaizejs_jobs{queue="failing",state="dead"} 1',
    'blaizejs_jobs{queue="working",state="waiting"} 1',
    'blaizejs_jobs_stuck{queue="working"} 0',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  await app.app.close();
  expect(registry.getMetricsAsArray()).toEqual([]);
});

test('the metrics of a server show them, and those of a store that is away are left out', async () => {
  const registry = new Registry();
  const store = changed(memoryJobs(), { count: () => Promise.reject(new Error('away')) });
  const plugins = [
    jobs({ queues: { working }, registry, store }),
    metrics({ registry, allow: () => true }),
  ] as const;
  await using app = createApp({ plugins, logger: false });
  const response = await app.fetch(new Request('https://localhost/metrics'));
  const text = await response.text();
  expect(response.status).toBe(200);
  expect(text).toContain('blaizejs_job_attempts_total{queue="working",end="completed"} 0');
  expect(text).toContain('blaizejs_job_duration_seconds_bucket{queue="working",le="0.01"} 0');
  expect(text).not.toContain('blaizejs_jobs{');
});

test('a check of health() warns if the store is away', async () => {
  let isAway = false;
  const memory = memoryJobs();
  const store = changed(memory, {
    count: (queue) => (isAway ? Promise.reject(new Error('away')) : memory.count(queue)),
  });
  const background = jobs({ queues: { working }, store });
  const check = { ...jobsCheck(background), cache: 0 };
  await expect(background.ping()).rejects.toThrow('The server has not started yet.');
  expect(background.state).toEqual({});
  await using app = createApp({
    plugins: [background, health({ checks: { jobs: check }, details: true })],
    logger: false,
  });
  const look = async (): Promise<unknown> => {
    const response = await app.fetch(new Request('https://localhost/ready'));
    return [response.status, ((await response.json()) as { status: string }).status];
  };
  expect(await look()).toEqual([200, 'pass']);
  isAway = true;
  expect(await look()).toEqual([200, 'warn']);
  expect((app.services as unknown as { jobs: { working: Queue } }).jobs.working.name).toBe('working');
});
