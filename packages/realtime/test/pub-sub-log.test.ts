import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';

import { createChannel, memoryPubSub, type PubSub, pubSubEventLog } from '../src/index.ts';

afterEach(() => void vi.useRealTimers());

const events = { count: z.number() };

/** Two processes with a connection that can break. */
function two() {
  const inner = memoryPubSub();
  const listeners = new Set<(isConnected: boolean) => void>();
  const pubSub: PubSub = {
    publish: inner.publish.bind(inner),
    subscribe: async (channel, listener, { onConnection } = {}) => {
      if (onConnection) listeners.add(onConnection);
      return inner.subscribe(channel, listener);
    },
  };
  const channel = () => createChannel('c', { events, log: pubSubEventLog(pubSub, { maxAge: 1_000 }) });
  const tell = (isConnected: boolean): void => {
    for (const each of listeners) each(isConnected);
  };
  return { a: channel(), b: channel(), tell };
}

test('events reach all processes, and a client that comes back to its own misses nothing', async () => {
  const { a, b } = two();
  const subscriptions = [a.subscribe(), b.subscribe(), b.subscribe()];
  await Promise.all(subscriptions.map(({ ready }) => ready));
  expect(await a.publish('count', 1)).toBeUndefined();
  const [first, second] = await Promise.all(subscriptions.map(async (each) => (await each.next()).value));
  expect([first?.data, second?.data]).toEqual([1, 1]);
  await Promise.all(subscriptions.map((each) => each.return()));
  await b.publish('count', 2);
  const again = b.subscribe({ after: second?.id });
  expect((await again.next()).value).toMatchObject({ data: 2 });
  const other = a.subscribe({ after: second?.id });
  expect((await other.next()).value).toMatchObject({ event: 'reset' });
  await Promise.all([again.return(), other.return()]);
});

test('when the connection was lost, all get one reset', async () => {
  const { a, tell } = two();
  const subscription = a.subscribe();
  const topic = a.topic('x').subscribe();
  await Promise.all([subscription.ready, topic.ready]);
  tell(false);
  tell(true);
  await a.publish('count', 1);
  expect((await subscription.next()).value).toMatchObject({ event: 'reset' });
  expect((await subscription.next()).value).toMatchObject({ data: 1 });
  expect((await topic.next()).value).toMatchObject({ event: 'reset' });
  await Promise.all([subscription.return(), topic.return()]);
});

test('a topic that nobody wants for long is left, and coming back is a reset', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const { a } = two();
  const subscription = a.subscribe();
  await subscription.ready;
  await a.publish('count', 1);
  const after = (await subscription.next()).value?.id;
  await subscription.return();
  await vi.advanceTimersByTimeAsync(1_000);
  await a.publish('count', 2);
  const again = a.subscribe({ after });
  await again.ready;
  await a.publish('count', 3);
  expect((await again.next()).value).toMatchObject({ data: 3 });
  await again.return();
});

test('a subscription that fails is an error for who asks, and is tried again', async () => {
  const inner = memoryPubSub();
  let fail = true;
  const pubSub: PubSub = {
    publish: inner.publish.bind(inner),
    subscribe: (...args) => (fail ? Promise.reject(new Error('away')) : inner.subscribe(...args)),
  };
  const channel = createChannel('c', { events, log: pubSubEventLog(pubSub) });
  await expect(channel.subscribe().next()).rejects.toThrow('away');
  fail = false;
  const subscription = channel.subscribe();
  await subscription.ready;
  await channel.publish('count', 1);
  expect((await subscription.next()).value).toMatchObject({ data: 1 });
  await subscription.return();
});

test('what is no event is skipped, by those who listen and those who come back: something else publishes there', async () => {
  const pubSub = memoryPubSub();
  const channel = createChannel('c', { events, log: pubSubEventLog(pubSub) });
  const listening = channel.subscribe();
  await listening.ready;
  await channel.publish('count', 1);
  const first = await listening.next();
  // More than are read from the log at once.
  for (let n = 0; n < 150; n += 1) await pubSub.publish('events:c:', `garbage ${n}`);
  for (const text of ['', '\n1', 'ev\ril\n{"a":1}', 'ev\0il\n1']) await pubSub.publish('events:c:', text);
  await channel.publish('count', 2);
  await pubSub.publish('events:c:', 'count\n{broken');
  await pubSub.publish('events:c:', 'garbage');
  const late = channel.subscribe({ after: first.value?.id });
  for (const each of [listening, late]) {
    expect((await each.next()).value).toMatchObject({ event: 'count', data: 2 });
    // As clients take it.
    expect((await each.next()).value).toMatchObject({ event: 'count', data: '{broken' });
  }
  await channel.publish('count', 3);
  for (const each of [listening, late]) {
    expect((await each.next()).value).toMatchObject({ event: 'count', data: 3 });
    await each.return();
  }
});
