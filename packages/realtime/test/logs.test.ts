import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redisEventLog } from '@blaizejs/redis';
import { z } from 'zod';

import { RedisServer } from '../../../tooling/redis/redis-server.ts';
import { type Channel, createChannel, createSSERoute, type EventLog, memoryEventLog } from '../src/index.ts';
import { serve } from './over-the-wire.ts';

const events = { count: z.number() };
type Counts = Channel<typeof events>;

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

let prefixes = 0;
const KINDS = {
  memory: () => {
    const log = memoryEventLog({ limit: 300 });
    return [log, log];
  },
  redis: () => {
    const prefix = `p${(prefixes += 1)}:`;
    return [0, 1].map(() => redisEventLog(server.client(), { prefix, limit: 300 }));
  },
} satisfies Record<string, () => EventLog[]>;

describe.each(['memory', 'redis'] as const)('with a log in %s', (kind) => {
  /** Two processes, as it were, with one channel. */
  function two(): [Counts, Counts] {
    const [a, b] = KINDS[kind]().map((log) => createChannel('counts', { events, log }));
    if (!a || !b) throw new Error('There is no log.');
    return [a, b];
  }

  test('who subscribes gets what is published from then on, in either process', async () => {
    const [a, b] = two();
    await a.topic('x').publish('count', 0);
    const subscription = b.topic('x').subscribe();
    await subscription.ready;
    await a.topic('y').publish('count', 7);
    const id = await a.topic('x').publish('count', 1);
    await b.topic('x').publish('count', 2);
    expect((await subscription.next()).value).toMatchObject({ event: 'count', data: 1, id });
    expect((await subscription.next()).value).toMatchObject({ data: 2 });
    expect(await subscription.return()).toEqual({ done: true, value: undefined });
    expect(await subscription.next()).toEqual({ done: true, value: undefined });
  });

  test('what is published right after the call is not missed', async () => {
    const [a] = two();
    const subscription = a.subscribe();
    if (kind === 'redis') await subscription.ready;
    await a.publish('count', 1);
    expect((await subscription.next()).value).toMatchObject({ data: 1 });
    await subscription.return();
  });

  test('continues after an id, and after the place of one who has had nothing', async () => {
    const [a, b] = two();
    const none = a.subscribe();
    await none.ready;
    const { position } = none as unknown as { position: string };
    await none.return();
    const ids: string[] = [];
    for (let count = 0; count < 250; count += 1) ids.push((await a.publish('count', count)) ?? '');
    expect(new Set(ids).size).toBe(250);
    const read = async (after: string, number: number): Promise<unknown[]> => {
      const found: unknown[] = [];
      for await (const { data } of b.subscribe({ after })) if (found.push(data) === number) break;
      return found;
    };
    const all = Array.from({ length: 250 }, (_, count) => count);
    expect(await read(position, 250)).toEqual(all);
    expect(await read(ids[99] ?? '', 150)).toEqual(all.slice(100));
  });

  test.each(['nonsense', 'abc-1', '0-1', '\0', '__proto__-1'])(
    'an id that no log knows, %j, is a reset',
    async (after) => {
      const [a] = two();
      await a.publish('count', 1);
      const subscription = a.subscribe({ after });
      const reset = await subscription.next();
      expect(reset.value).toMatchObject({ event: 'reset', data: null });
      const again = a.subscribe({ after: reset.value?.id });
      await a.publish('count', 2);
      expect((await subscription.next()).value).toMatchObject({ data: 2 });
      expect((await again.next()).value).toMatchObject({ data: 2 });
      await Promise.all([subscription.return(), again.return()]);
    },
  );

  test('an id whose successor is no longer kept is a reset, and one just at the edge is not', async () => {
    const [a] = two();
    const ids: string[] = [];
    for (let count = 0; count < 310; count += 1) ids.push((await a.publish('count', count)) ?? '');
    const old = a.subscribe({ after: ids[8] });
    expect((await old.next()).value).toMatchObject({ event: 'reset', id: ids[309] });
    const edge = a.subscribe({ after: ids[9] });
    expect((await edge.next()).value).toMatchObject({ event: 'count', data: 10 });
    await Promise.all([old.return(), edge.return()]);
  });

  test('subscribers that come back all the time miss nothing and get nothing twice', async () => {
    const [a, b] = two();
    const total = 280;
    const begin = (await a.publish('count', -1)) ?? '';
    const follow = async (channel: Counts, every: number): Promise<unknown[]> => {
      const found: unknown[] = [];
      let [after, use] = [begin, channel];
      while (found.length < total) {
        let left = every;
        for await (const event of use.subscribe({ after })) {
          found.push(event.data);
          after = event.id;
          if ((left -= 1) === 0 || found.length === total) break;
        }
        use = use === a ? b : a;
      }
      return found;
    };
    const publish = async (channel: Counts, from: number): Promise<void> => {
      for (let count = from; count < total; count += 2) await channel.publish('count', count);
    };
    const following = [follow(a, 1), follow(b, 2), follow(a, 7), follow(b, 60)];
    await Promise.all([publish(a, 0), publish(b, 1)]);
    const [first, ...others] = await Promise.all(following);
    for (const other of others) expect(other).toEqual(first);
    expect(new Set(first)).toEqual(new Set(Array.from({ length: total }, (_, count) => count)));
  });
});

describe.each([[undefined], [null], ['away']])('a log that rejects with %j', (reason) => {
  /** A channel with an event that a subscriber has missed, and how often that was read. */
  async function missing(): Promise<{ channel: Counts; after: string; reads: () => number }> {
    const inner = memoryEventLog();
    let reads = 0;
    const log: EventLog = {
      append: inner.append.bind(inner),
      watch: inner.watch.bind(inner),
      read: () => {
        reads += 1;
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- that is the point
        return Promise.reject(reads > 10 ? new Error('read again and again') : reason);
      },
    };
    const channel = createChannel('failing', { events, log });
    const after = (await channel.publish('count', 0)) ?? '';
    await channel.publish('count', 1);
    return { channel, after, reads: () => reads };
  }

  test('fails whoever asks for events, and is read once for that', async () => {
    const { channel, after, reads } = await missing();
    const failed = await channel
      .subscribe({ after })
      .next()
      .catch((error: unknown) => ({ error }));
    expect(failed).toEqual({ error: reason ?? expect.any(Error) });
    expect(reads()).toBe(1);
  });

  test('breaks off the answer, and is read once for that', async () => {
    const { channel, after, reads } = await missing();
    await using app = await serve(createSSERoute({ events, handler: () => channel }), { logger: false });
    const answer = await app.http2.request('/events', { headers: { 'last-event-id': after } });
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    expect(reads()).toBe(1);
  });
});
