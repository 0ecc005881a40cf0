import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';

import {
  createChannel,
  createPresence,
  memoryPubSub,
  type Member,
  type PubSub,
  pubSubEventLog,
} from '../src/index.ts';
import { createRooms } from '../src/websocket.ts';

afterEach(() => void vi.useRealTimers());

const ids = (members: readonly Member[] = []): string[] => members.map(({ id }) => id).sort();

/** A `PubSub` whose messages can be kept back. */
function lossy(): PubSub & { lose: boolean } {
  const inner = memoryPubSub();
  const self = {
    lose: false,
    publish: (channel: string, message: string) =>
      self.lose ? Promise.reject(new Error('away')) : inner.publish(channel, message),
    subscribe: inner.subscribe.bind(inner),
  };
  return self;
}

test('who is there in any process is known in all that look', async () => {
  const pubSub = memoryPubSub();
  const [a, b] = [createPresence<string>('p', { pubSub }), createPresence<string>('p', { pubSub })];
  const leaveAnn = a.join('room', { id: 'ann', data: 'Ann' });
  const watch = b.watch('room');
  const seen: string[][] = [];
  const until = async (wanted: string[]): Promise<void> => {
    for (;;) {
      seen.push(ids((await watch.next()).value));
      if (String(seen.at(-1)) === String(wanted)) return;
    }
  };
  await until(['ann']);
  const leaveBob = b.join('room', { id: 'bob', data: 'Bob' });
  await until(['ann', 'bob']);
  await vi.waitFor(() => expect(ids(a.members('room'))).toEqual(['ann', 'bob']));
  leaveAnn();
  leaveAnn();
  await until(['bob']);
  expect(b.members('other')).toEqual([]);
  leaveBob();
  await until([]);
  await watch.return?.();
  expect(b.members('room')).toEqual([]);
});

test('several connections of one member count once, and a signal ends one', async () => {
  const presence = createPresence<number>('p');
  const tab = new AbortController();
  const leave = presence.join('room', { id: 'ann', data: 1 });
  presence.join('room', { id: 'ann', data: 2 }, { signal: tab.signal });
  expect(presence.members('room')).toEqual([{ id: 'ann', data: 2 }]);
  leave();
  expect(ids(presence.members('room'))).toEqual(['ann']);
  tab.abort();
  expect(presence.members('room')).toEqual([]);
  presence.join('room', { id: 'eve', data: 3 }, { signal: tab.signal });
  expect(presence.members('room')).toEqual([]);
  expect(await presence.watch('room', { signal: tab.signal }).next()).toEqual({
    done: true,
    value: undefined,
  });
});

test('when many come at once, those who watch share few lists, and are shown the last state', async () => {
  const presence = createPresence('p');
  const over = new AbortController();
  const watch = async (): Promise<(readonly Member[])[]> => {
    const seen: (readonly Member[])[] = [];
    for await (const members of presence.watch('room', { signal: over.signal })) {
      seen.push(members);
      if (members.length === 500) return seen;
    }
    return seen;
  };
  const watching = [watch(), watch(), watch()];
  for (let count = 0; count < 500; count += 1) {
    presence.join('room', { id: String(count), data: null });
    await new Promise(setImmediate);
  }
  const lists = await Promise.all(watching);
  for (const seen of lists) {
    expect(seen.length).toBeLessThan(250);
    expect(seen.at(-1)).toBe(lists[0]?.at(-1));
  }
  over.abort();
});

test('who misses a change asks once, and is told all once', async () => {
  const pubSub = lossy();
  const sent: { ask?: string; all?: unknown }[] = [];
  const spied: PubSub = {
    subscribe: pubSub.subscribe.bind(pubSub),
    publish: (channel, message) => {
      sent.push(JSON.parse(message) as object);
      return pubSub.publish(channel, message);
    },
  };
  const a = createPresence('p', { pubSub: spied });
  const others = [1, 2, 3].map(() => createPresence('p', { pubSub: spied }));
  a.join('room', { id: 'a0', data: null });
  for (const [at, other] of others.entries()) other.join('room', { id: `other${at}`, data: null });
  await vi.waitFor(() => {
    for (const each of [a, ...others]) expect(each.members('room')).toHaveLength(4);
  });
  pubSub.lose = true;
  a.join('room', { id: 'a1', data: null });
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  pubSub.lose = false;
  sent.length = 0;
  // All of these are heard before an answer can be.
  for (let count = 2; count < 20; count += 1) {
    a.join('room', { id: `a${count}`, data: null });
    await new Promise(setImmediate);
  }
  await vi.waitFor(() => {
    for (const other of others) expect(other.members('room')).toHaveLength(23);
  });
  expect(sent.filter(({ ask }) => ask !== undefined)).toHaveLength(3);
  expect(sent.filter(({ all }) => all !== undefined).length).toBeLessThanOrEqual(3);
});

test('a signal ends a watch that waits', async () => {
  const presence = createPresence('p');
  const over = new AbortController();
  const watch = presence.watch('room', { signal: over.signal });
  expect((await watch.next()).value).toEqual([]);
  const next = watch.next();
  over.abort();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('who missed a change asks, and a process that is silent is forgotten', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const pubSub = lossy();
  const [a, b] = [createPresence('p', { pubSub }), createPresence('p', { pubSub })];
  a.join('room', { id: 'ann', data: null });
  b.join('room', { id: 'bob', data: null });
  await vi.waitFor(() => expect(ids(b.members('room'))).toEqual(['ann', 'bob']));
  pubSub.lose = true;
  a.join('room', { id: 'cat', data: null });
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  pubSub.lose = false;
  expect(ids(b.members('room'))).toEqual(['ann', 'bob']);
  vi.advanceTimersByTime(10_000);
  await vi.waitFor(() => expect(ids(b.members('room'))).toEqual(['ann', 'bob', 'cat']));
  pubSub.lose = true;
  vi.advanceTimersByTime(50_000);
  expect(ids(b.members('room'))).toEqual(['bob']);
});

const NONSENSE = [
  '{',
  '1',
  'null',
  '{"from":"x"}',
  '{"from":7,"n":1,"all":[]}',
  '{"from":"x","n":7}',
  '{"from":"x","n":"1","all":[]}',
  '{"from":"x","n":1,"all":5}',
  '{"from":"x","n":1,"all":[5]}',
  '{"from":"x","n":1,"came":{"a":1}}',
  '{"from":"x","n":1,"came":[["a",1],[2,1]]}',
  '{"from":"x","n":1,"left":7}',
  '{"from":"x","ask":{}}',
];

test('listens again if it could not, and takes no nonsense', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const pubSub = memoryPubSub();
  let fail = true;
  const shaky: PubSub = {
    publish: pubSub.publish.bind(pubSub),
    subscribe: (...args) => (fail ? Promise.reject(new Error('away')) : pubSub.subscribe(...args)),
  };
  const [a, b] = [createPresence('p', { pubSub: shaky }), createPresence('p', { pubSub })];
  a.join('room', { id: 'ann', data: null });
  await new Promise((resolve) => setImmediate(resolve));
  b.join('room', { id: 'bob', data: null });
  for (const text of NONSENSE) await pubSub.publish('presence:p:room', text);
  fail = false;
  vi.advanceTimersByTime(10_000);
  await vi.waitFor(() => expect(ids(a.members('room'))).toEqual(['ann', 'bob']));
});

test('a member with data that others could not get is refused, and what is refused is not there', () => {
  const presence = createPresence('p', { schema: z.object({ name: z.string().max(3) }) });
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const any = createPresence('q');
  for (const data of [1n, circular]) {
    expect(() => any.join('room', { id: 'ann', data })).toThrow(
      expect.objectContaining({
        code: 'ERR_BLAIZE_EVENT',
        message: 'A member of presence "q" has data that is not JSON.',
      }),
    );
  }
  expect(() => any.join('room', { id: 7 as never, data: 1 })).toThrow('needs an id that is a text; it is 7.');
  expect(() => presence.join('room', { id: 'ann', data: { name: 'Annabel' } })).toThrow(
    'A member of presence "p" has data that does not match its schema: name: ',
  );
  const later = createPresence('p', { schema: z.string().refine(() => Promise.resolve(true)) });
  expect(() => later.join('room', { id: 'ann', data: 'x' })).toThrow('it must be synchronous');
  expect([presence.members('room'), any.members('room')]).toEqual([[], []]);
  const date = new Date(0);
  any.join('room', { id: 'ann', data: date });
  expect(any.members('room')).toEqual([{ id: 'ann', data: date.toJSON() }]);
});

test.each(['', 'a:b', 'a b', 7])('%j is no name', (name) => {
  expect(() => createPresence(name as string)).toThrow('a name of letters');
});

test('shares a PubSub with channels and rooms of the same name', async () => {
  const pubSub = memoryPubSub();
  const sent: string[] = [];
  const spied: PubSub = {
    ...pubSub,
    publish: (channel, message) => {
      sent.push(channel);
      return pubSub.publish(channel, message);
    },
  };
  const channel = createChannel('rooms', { events: { n: z.number() }, log: pubSubEventLog(spied) });
  const presence = createPresence('rooms', { pubSub: spied });
  const leave = presence.join('x', { id: 'ann', data: null });
  await channel.topic('x').publish('n', 1);
  await createRooms({ pubSub: spied }).send('x', 1);
  await vi.waitFor(() => expect(new Set(sent).size).toBe(3));
  leave();
});

test.each([
  [
    'throws',
    () => {
      throw new Error('away');
    },
  ],
  ['rejects', () => Promise.reject(new Error('away'))],
  [
    'rejects with nothing',
    async () => {
      throw undefined as never;
    },
  ],
  ['returns nothing', () => undefined as never],
])('a PubSub that %s ends nothing: this process knows its own members', async (_how, call) => {
  let calls = 0;
  const count = (): never => {
    calls += 1;
    return call() as never;
  };
  const presence = createPresence<string>('p', { pubSub: { publish: count, subscribe: count }, interval: 5 });
  const leave = presence.join('room', { id: 'ann', data: 'Ann' });
  await vi.waitFor(() => expect(calls).toBeGreaterThan(6));
  expect(ids(presence.members('room'))).toEqual(['ann']);
  leave();
  expect(presence.members('room')).toEqual([]);
});
