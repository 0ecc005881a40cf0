import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { createQueue, memoryJobs } from '../src/index.ts';
import { decodePayload, encodePayload } from '../src/payload.ts';
import { runJobs } from './harness.ts';

const any = z.any();
const settings = { schema: any, queue: 'q', limit: 1000 };
const refused = (message: string | RegExp) => ({
  ...{ name: 'JobError', code: 'ERR_BLAIZE_JOB_PAYLOAD' },
  message: expect.stringMatching(message) as string,
});

test('a payload is checked when it is added, as the worker will read it', async () => {
  const queue = createQueue({
    payload: z.object({ to: z.email(), at: z.date().optional(), deep: z.array(z.number()).optional() }),
    handler: () => undefined,
  });
  await using app = await runJobs({ queue });
  const { add } = { add: app.queues.queue.add.bind(app.queues.queue) };
  await expect(add({ to: 'nobody' })).rejects.toMatchObject(
    refused(/^A job for "queue" has a payload that its schema refuses: to: Invalid email/),
  );
  await expect(add({ to: 'ada@example.com', deep: [1, 'x' as never] })).rejects.toMatchObject(
    refused(/deep\.1: /),
  );
  // JSON has no dates: the worker would read a text.
  await expect(add({ to: 'ada@example.com', at: new Date() })).rejects.toMatchObject(refused(/at: /));
  await expect(add(undefined as never)).rejects.toMatchObject(refused(/schema refuses/));
  expect(await app.queues.queue.count()).toMatchObject({ waiting: 0, dead: 0 });
});

test('a payload is checked again before it runs, and is dead at once if it no longer fits', async () => {
  const store = memoryJobs();
  let ran = 0;
  const queue = createQueue({ payload: z.object({ version: z.literal(2) }), handler: () => void (ran += 1) });
  for (const [id, payload] of [
    ['old', '{"version":1}'],
    ['poison', '{"version":2,"__proto__":{"isAdmin":true}}'],
    ['hidden', '{"version":2,"\\u005f_proto__":{"isAdmin":true}}'],
    ['torn', '{"version":'],
  ] as const) {
    await store.add({ id, payload, queue: 'queue', priority: 2, delay: 0 });
  }
  await using app = await runJobs({ queue }, { store });
  await expect.poll(() => app.queues.queue.count()).toMatchObject({ dead: 4 });
  expect(ran).toBe(0);
  const errors = await Promise.all(['old', 'poison', 'hidden', 'torn'].map((id) => store.get('queue', id)));
  expect(errors.map((job) => [job?.attempt, job?.error])).toEqual([
    [1, expect.stringContaining('schema refuses: version: ')],
    [1, expect.stringContaining('it has the key "__proto__"')],
    [1, expect.stringContaining('it has the key "__proto__"')],
    [1, expect.stringContaining('cannot be read')],
  ]);
});

test.each([
  ['__proto__', JSON.parse('{"a":[{"__proto__":{"isAdmin":true}}]}')],
  ['constructor.prototype', { constructor: { prototype: { isAdmin: true } } }],
])('a payload with %s is refused', async (_name, value: unknown) => {
  await expect(encodePayload(value, settings)).rejects.toMatchObject(
    refused(/cannot be read: it has the key/),
  );
});

test('a key that would set a prototype is refused, however a store has it written', async () => {
  for (const key of ['__proto__', String.raw`__pr\u006fto__`, String.raw`\u005f_proto__`]) {
    await expect(decodePayload(`{"a":{"${key}":{"isAdmin":true}}}`, settings)).rejects.toMatchObject(
      refused('it has the key "__proto__"'),
    );
  }
  const poisoned = String.raw`{"constructo\u0072":{"prototype":{"isAdmin":true}}}`;
  await expect(decodePayload(poisoned, settings)).rejects.toMatchObject(refused('"constructor.prototype"'));
});

test('the word "constructor" alone does no harm', async () => {
  const value = { constructor: 'Ada', prototype: 1, note: '__proto__' };
  expect(await encodePayload(value, settings)).toBe(JSON.stringify(value));
});

test('a payload that is too large is refused, in bytes', async () => {
  await expect(encodePayload('é'.repeat(499), settings)).resolves.toHaveLength(501);
  await expect(encodePayload('é'.repeat(500), settings)).rejects.toMatchObject(
    refused('has a payload of 1002 bytes; the limit is 1000'),
  );
});

test('a payload that JSON cannot hold is refused', async () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  for (const value of [
    cyclic,
    1n,
    {
      toJSON: () => {
        throw new Error('no');
      },
    },
  ]) {
    await expect(encodePayload(value, settings)).rejects.toMatchObject(refused('JSON cannot hold'));
  }
});

test('a queue without a schema takes no payload', async () => {
  const queue = createQueue({ handler: () => undefined });
  await using app = await runJobs({ queue });
  await expect(
    (app.queues.queue.add as (payload: unknown) => Promise<unknown>).call(app.queues.queue, { a: 1 }),
  ).rejects.toMatchObject(refused('has a payload, but the queue has no schema'));
});

test('any JSON comes back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      fc.pre(!/"(?:__proto__|constructor)"/.test(JSON.stringify(value)));
      const text = await encodePayload(value, { ...settings, limit: 1e6 });
      expect(await decodePayload(text, settings)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 200 },
  );
});

test('a key takes care that there is one job, whatever is in it', async () => {
  const queue = createQueue({ payload: z.number(), handler: () => new Promise(() => undefined), timeout: 0 });
  await using app = await runJobs({ queue }, { shutdownTimeout: 100 });
  const keys = ['order:1', 'order:2', '../../x', '__proto__', '\0', 'x'.repeat(1000), '1', '0:1'];
  const jobs = await Promise.all(
    keys.flatMap((key) => [1, 2, 3].map((payload) => app.queues.queue.add(payload, { key }))),
  );
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(keys.length);
  expect(jobs.filter(({ isNew }) => isNew)).toHaveLength(keys.length);
  for (const key of ['', 'x'.repeat(1001), 7 as never]) {
    await expect(app.queues.queue.add(1, { key })).rejects.toMatchObject({
      code: 'ERR_BLAIZE_CONFIGURATION',
    });
  }
});

test('ids that no job can have are no error', async () => {
  const queue = createQueue({ handler: () => undefined });
  await using app = await runJobs({ queue });
  for (const id of ['', '../x', '*', 'a:b', 'x'.repeat(5000), '__proto__', undefined as never, {} as never]) {
    expect(await app.queues.queue.get(id)).toBeUndefined();
    expect(await app.queues.queue.remove(id)).toBe(false);
    expect(await app.queues.queue.dead.retry(id)).toBe(false);
  }
});
