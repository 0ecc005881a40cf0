import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { type BufferOptions, createChannel, memoryEventLog } from './index.ts';

const events = { count: z.number(), other: z.number() };

async function stalled(buffer: BufferOptions, limit = 1_000) {
  const channel = createChannel('slow', { events, log: memoryEventLog({ limit }), buffer });
  const subscription = channel.subscribe();
  await subscription.ready;
  // It begins to listen, and then does not ask for more.
  await channel.publish('count', -1);
  await subscription.next();
  const take = async (number: number): Promise<unknown[]> => {
    const found: unknown[] = [];
    while (found.length < number) {
      const { value, done } = await subscription.next();
      if (done) return [...found, 'end'];
      found.push(value.event === 'reset' ? 'reset' : value.data);
    }
    return found;
  };
  return { channel, subscription, take };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

describe('a subscriber that reads slowly', () => {
  test('gets what it has missed from the log, and goes on', async () => {
    const { channel, take } = await stalled({ limit: 10 });
    for (const count of range(0, 350)) await channel.publish('count', count);
    expect(await take(200)).toEqual(range(0, 200));
    for (const count of range(350, 400)) await channel.publish('count', count);
    expect(await take(200)).toEqual(range(200, 400));
    void channel.publish('count', 400);
    expect(await take(1)).toEqual([400]);
  });

  test('gets a reset if the log no longer has it', async () => {
    const { channel, take } = await stalled({ limit: 10 }, 100);
    for (const count of range(0, 350)) await channel.publish('count', count);
    expect(await take(1)).toEqual(['reset']);
    await channel.publish('count', 350);
    expect(await take(1)).toEqual([350]);
  });

  test('gets the last events with drop-oldest', async () => {
    const { channel, take } = await stalled({ limit: 10, overflow: 'drop-oldest' });
    for (const count of range(0, 350)) await channel.publish('count', count);
    expect(await take(10)).toEqual(range(340, 350));
  });

  test('gets the last event of each key with coalesce, in the order of the last ones', async () => {
    const key = ({ event, data }: { event: string; data: unknown }): string => `${event}${Number(data) % 3}`;
    const { channel, take } = await stalled({ limit: 4, overflow: 'coalesce', key });
    for (const count of range(0, 100)) await channel.publish('count', count);
    await channel.publish('other', 1);
    await channel.publish('count', 102);
    expect(await take(4)).toEqual([97, 98, 1, 102]);
    const byName = await stalled({ overflow: 'coalesce' });
    for (const count of range(0, 100)) await byName.channel.publish('count', count);
    expect(await byName.take(1)).toEqual([99]);
  });

  test('is ended with disconnect, and continues where it was', async () => {
    const { channel, take, subscription } = await stalled({ limit: 10, overflow: 'disconnect' });
    const id = await channel.publish('count', 0);
    expect(await take(1)).toEqual([0]);
    for (const count of range(1, 350)) await channel.publish('count', count);
    expect(await take(1)).toEqual(['end']);
    expect(await subscription.next()).toEqual({ done: true, value: undefined });
    const again = channel.subscribe({ after: id, buffer: { limit: 10 } });
    expect((await again.next()).value).toMatchObject({ data: 1 });
    await again.return();
  });
});

test('a signal ends a subscription that waits, and one that has not begun', async () => {
  const { channel } = await stalled({});
  const controller = new AbortController();
  const subscription = channel.subscribe({ signal: controller.signal });
  const next = [subscription.next(), subscription.next()];
  await subscription.ready;
  controller.abort();
  expect(await Promise.all(next)).toEqual([1, 2].map(() => ({ done: true, value: undefined })));
  expect(await channel.subscribe({ signal: controller.signal }).next()).toMatchObject({ done: true });
});

test('two that ask at once each get one', async () => {
  const { channel, subscription } = await stalled({});
  const next = [subscription.next(), subscription.next()];
  await channel.publish('count', 1);
  await channel.publish('count', 2);
  expect((await Promise.all(next)).map(({ value }) => value?.data)).toEqual([1, 2]);
});

test('a key that throws ends its own subscription, and neither the others nor the publisher notice', async () => {
  const key = ({ data }: { data: unknown }): string => (data as { name: string }).name.trim();
  const { channel, subscription } = await stalled({ overflow: 'coalesce', key: () => 'all' });
  const bad = channel.subscribe({ buffer: { overflow: 'coalesce', key } });
  await bad.ready;
  const first = bad.next();
  await new Promise((resolve) => setImmediate(resolve));
  const next = subscription.next();
  await channel.publish('count', 1);
  await expect(first).rejects.toThrow(TypeError);
  await expect(bad.next()).rejects.toThrow(TypeError);
  expect((await next).value).toMatchObject({ data: 1 });
});

test('no more is read from the log at once than may wait', async () => {
  const log = memoryEventLog();
  const counts: number[] = [];
  const channel = createChannel('pages', {
    events,
    log: {
      append: log.append.bind(log),
      watch: log.watch.bind(log),
      read: (topic, after, count) => {
        counts.push(count);
        return log.read(topic, after, count);
      },
    },
  });
  const after = await channel.publish('count', -1);
  for (const count of range(0, 25)) await channel.publish('count', count);
  const found: unknown[] = [];
  for await (const { data } of channel.subscribe({ after, buffer: { limit: 10 } }))
    if (found.push(data) === 25) break;
  expect(found).toEqual(range(0, 25));
  expect(counts).toEqual([10, 10, 10]);
});

test('a key that is async ends its own subscription with an error that says so, and its rejection ends nothing else', async () => {
  for (const key of [async () => 'all', () => Promise.reject(new Error('away'))]) {
    const { channel, subscription } = await stalled({ overflow: 'coalesce', key: key as never });
    await channel.publish('count', 1);
    await expect(subscription.next()).rejects.toThrow('`key` of a buffer is async; it must return a text.');
  }
});
