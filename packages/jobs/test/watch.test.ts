import { createApp } from '@blaizejs/app';
import { events } from '@blaizejs/context';
import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { createQueue, jobs, memoryJobs, type JobUpdate, type Queue } from '../src/index.ts';
import { changed, runJobs, signalOf } from './harness.ts';

const Progress = z.object({ percent: z.number() });

function stepwise() {
  const steps: (() => void)[] = [];
  const step = (): Promise<void> => new Promise((resolve) => steps.push(resolve));
  const queue = createQueue({
    progress: Progress,
    handler: async ({ report }) => {
      await step();
      await report({ percent: 50 });
      await step();
    },
  });
  const next = async (): Promise<void> => {
    await expect.poll(() => steps.length).toBeGreaterThan(0);
    steps.shift()?.();
  };
  return { queue, next };
}

test('shows how a job is, each change, and its end', async () => {
  const { queue, next } = stepwise();
  await using app = await runJobs({ queue });
  const { id } = await app.queues.queue.add(undefined, { delay: 30 });
  const seen: JobUpdate<{ percent: number }>[] = [];
  for await (const update of app.queues.queue.watch(id)) {
    seen.push(update);
    if (update.state === 'running') await next();
  }
  expect(seen).toEqual([
    { id, state: 'waiting', attempt: 0 },
    { id, state: 'running', attempt: 1 },
    { id, state: 'running', attempt: 1, progress: { percent: 50 } },
    { id, state: 'completed', attempt: 1, progress: { percent: 50 } },
  ]);
  // Who comes late sees the end.
  const late = app.queues.queue.watch(id);
  expect((await late.next()).value).toMatchObject({ state: 'completed' });
  expect(await late.next()).toEqual({ done: true, value: undefined });
  expect((await app.queues.queue.watch('none').next()).value).toEqual({
    ...{ id: 'none', state: 'gone', attempt: 0 },
  });
});

test('shows what happens in another process', async () => {
  const store = memoryJobs();
  const { queue, next } = stepwise();
  await using web = await runJobs({ queue }, { store, work: false, pollInterval: 10 });
  await using worker = await runJobs({ queue }, { store, pollInterval: 10 });
  expect(worker.plugin.state['queue']).toBeDefined();
  const { id } = await web.queues.queue.add();
  const states: string[] = [];
  for await (const { state, progress } of web.queues.queue.watch(id)) {
    states.push(`${state} ${progress?.percent ?? ''}`);
    if (state === 'running') await next();
  }
  expect(states.at(-1)).toBe('completed 50');
  expect(states).toContain('running 50');
});

test('watching ends when the signal aborts, when it is left, and when the server stops', async () => {
  const queue = createQueue({ handler: () => undefined });
  const app = await runJobs({ queue });
  const { id } = await app.queues.queue.add(undefined, { delay: 60_000 });
  const abort = new AbortController();
  const watches = [
    app.queues.queue.watch(id, { signal: abort.signal }),
    app.queues.queue.watch(id),
    app.queues.queue.watch(id),
  ] as const;
  for (const watch of watches) expect((await watch.next()).value).toMatchObject({ state: 'waiting' });
  const ends = watches.map((watch) => watch.next());
  abort.abort();
  expect(await ends[0]).toEqual({ done: true, value: undefined });
  await watches[1].return?.();
  expect(await ends[1]).toEqual({ done: true, value: undefined });
  await app.app.close();
  expect(await ends[2]).toEqual({ done: true, value: undefined });
  expect(await app.queues.queue.watch(id, { signal: abort.signal }).next()).toEqual({
    ...{ done: true, value: undefined },
  });
});

test('a job that is removed is gone for who watches it', async () => {
  const queue = createQueue({ handler: () => undefined });
  await using app = await runJobs({ queue });
  const { id } = await app.queues.queue.add(undefined, { delay: 60_000 });
  const watch = app.queues.queue.watch(id);
  await watch.next();
  expect(await app.queues.queue.remove(id)).toBe(true);
  expect((await watch.next()).value).toMatchObject({ state: 'gone' });
});

test('of many reports, the last one is kept, and one that does not fit is refused', async () => {
  const result = signalOf<unknown>();
  const store = memoryJobs();
  let writes = 0;
  const counted = changed(store, {
    report: async (...args) => {
      writes += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      await store.report(...args);
    },
  });
  const queue = createQueue({
    progress: Progress,
    attempts: 1,
    handler: async ({ report }) => {
      await Promise.all(Array.from({ length: 500 }, (_, percent) => report({ percent })));
      await report({ percent: 'all' } as never).catch((error: unknown) => result.resolve(error));
    },
  });
  await using app = await runJobs({ queue }, { store: counted });
  const { id } = await app.queues.queue.add();
  expect(await result.promise).toMatchObject({
    code: 'ERR_BLAIZE_JOB_PAYLOAD',
    message: expect.stringContaining('percent: ') as string,
  });
  await expect
    .poll(() => app.queues.queue.get(id))
    .toMatchObject({ state: 'completed', progress: { percent: 499 } });
  expect(writes).toBeLessThan(20);
});

test.each(['http1', 'http2'] as const)('a route sends them as server-sent events: %s', async (protocol) => {
  const { queue, next } = stepwise();
  const plugin = jobs({ queues: { reports: queue } });
  await using app = await startTestServer({ plugins: [plugin] });
  const { reports } = (app.server.services as unknown as { jobs: { reports: Queue<undefined> } }).jobs;
  app.server.router.addRoute('GET', '/jobs/:id', {
    schema: { response: events(z.object({ id: z.string(), state: z.string(), attempt: z.number() })) },
    handler: (ctx) => reports.events(ctx.request.params['id'] ?? '', { signal: ctx.request.signal }),
  });
  const { id } = await reports.add();
  const asked = app[protocol].request(`/jobs/${id}`);
  await next();
  await next();
  const response = await asked;
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const text = await response.text();
  expect(text).toMatch(/^retry: [12]\d\d\d\ndata: \{/);
  const all = [...text.matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json) as JobUpdate);
  expect(all.at(-1)).toEqual({
    ...{ id, state: 'completed', attempt: 1, progress: { percent: 50 } },
  });
});

test('an app in process sends them too', async () => {
  const queue = createQueue({ handler: () => undefined });
  const plugin = jobs({ queues: { queue } });
  await using app = createApp({ plugins: [plugin], logger: false });
  app.router.addRoute('POST', '/', {
    handler: async (ctx) => {
      const service = (ctx.services as unknown as { jobs: { queue: Queue<undefined> } }).jobs.queue;
      const { id } = await service.add();
      return ctx.response.type('events').stream(service.events(id));
    },
  });
  const response = await app.fetch(new Request('https://localhost/', { method: 'POST' }));
  expect(await response.text()).toMatch(/"state":"completed"/);
});
