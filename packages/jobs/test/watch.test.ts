import { expect, test } from 'vitest';
import { z } from 'zod';

import { createQueue, memoryJobs, type JobUpdate } from '../src/index.ts';
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
  expect(new Set(seen.map(({ version }) => version)).size).toBe(4);
  expect(seen).toMatchObject([
    { id, state: 'waiting', attempt: 0 },
    { id, state: 'running', attempt: 1 },
    { id, state: 'running', attempt: 1, progress: { percent: 50 } },
    { id, state: 'completed', attempt: 1, progress: { percent: 50 } },
  ]);
  // Who comes late sees the end.
  const late = app.queues.queue.watch(id);
  expect((await late.next()).value).toMatchObject({ state: 'completed' });
  expect(await late.next()).toEqual({ done: true, value: undefined });
  expect((await app.queues.queue.watch('none').next()).value).toMatchObject({
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

test('what was seen before is not shown again, whichever process asks', async () => {
  const store = memoryJobs();
  const { queue, next } = stepwise();
  await using web = await runJobs({ queue }, { store, work: false, pollInterval: 10 });
  await using worker = await runJobs({ queue }, { store, pollInterval: 10 });
  const { id } = await worker.queues.queue.add();
  const versions = new Set<unknown>();
  let after: string | undefined;
  // Each time by another process, as behind a load balancer.
  for (let state = '', at = 0; state !== 'completed'; at += 1) {
    const { queue: service } = [web, worker][at % 2]!.queues;
    const watch = service.watch(id, { after });
    const { value } = await watch.next();
    await watch.return?.();
    if (!value) throw new Error('The watch has ended.');
    ({ state, version: after } = value);
    expect(versions).not.toContain(after);
    versions.add(after);
    if (state === 'running') await next();
  }
  expect((await web.queues.queue.get(id))?.version).toBe(after);
  // There is nothing to add to that.
  expect(await web.queues.queue.watch(id, { after }).next()).toEqual({ done: true, value: undefined });
  // One that is not known changes nothing.
  expect(await web.queues.queue.watch(id, { after: '\0'.repeat(9999) }).next()).toMatchObject({
    ...{ done: false, value: { state: 'completed' } },
  });
});

test('watch() refuses what it does not know', async () => {
  const queue = createQueue({ handler: () => undefined });
  await using app = await runJobs({ queue });
  const watch = (options: object) => () => app.queues.queue.watch('a', options);
  expect(watch({ since: '1' })).toThrow('since: expected one of the options signal, after');
  expect(watch({ after: 1 })).toThrow('after: expected the version of an update');
  expect(watch({ signal: {} })).toThrow('signal: expected an AbortSignal');
});
