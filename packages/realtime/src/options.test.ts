import { expect, test } from 'vitest';
import { z } from 'zod';

import {
  createChannel,
  createPresence,
  createSSERoute,
  memoryEventLog,
  memoryPubSub,
  pubSubEventLog,
} from './index.ts';

const events = { a: z.string() };
const handler = () => createChannel('x', { events });

test.each([
  [{ events: {}, handler }, 'events: expected the schemas of events by name'],
  [{ events: z.string(), handler }, 'events: expected the schemas of events by name'],
  [{ events: { a: 1 }, handler }, 'events.a: expected a schema'],
  [{ events: { 'a\nb': z.string() }, handler }, 'names without line breaks or NUL'],
  [{ events: { reset: z.string() }, handler }, 'events.reset: expected another name'],
  [{ events: { error: z.string() }, handler }, 'events.error: expected another name'],
  [{ events }, 'handler: expected a function'],
  [{ events, handler, heartbeat: -1 }, 'heartbeat: expected'],
  [{ events, handler, retry: [2, 1] }, 'retry: expected a whole number of milliseconds, or a range'],
  [{ events, handler, retry: '1' }, 'retry: expected a whole number of milliseconds, or a range'],
  [{ events, handler, buffer: { overflow: 'drop' } }, 'buffer.overflow: expected "replay" or "drop-oldest"'],
  [{ events, handler, buffer: { limit: 0 } }, 'buffer.limit: expected a whole number above 0'],
  [
    { events, handler, buffer: { key: () => '' } },
    'buffer.key: expected nothing, unless overflow is "coalesce"',
  ],
  [{ events, handler, encode: 1 }, 'encode: expected a function'],
])('a route with wrong options is refused: %#', (options, problem) => {
  expect(() => createSSERoute(options as never)).toThrow(problem);
});

test('channels, logs and presence refuse what they do not know', () => {
  expect(() => createChannel('a b', { events })).toThrow('name: expected a name of letters');
  expect(() => createChannel('a', { events, lgo: 1 } as never)).toThrow('Did you mean `log`?');
  expect(() => createChannel('a', { events, log: {} } as never)).toThrow('log: expected an event log');
  expect(() => createChannel('a', { events }).subscribe({ buffer: { limit: 0 } })).toThrow('buffer.limit');
  expect(() => memoryEventLog({ limit: 0 })).toThrow('limit: expected');
  expect(() => pubSubEventLog({} as never)).toThrow('pubSub: expected a PubSub');
  expect(() => pubSubEventLog(memoryPubSub(), { maxAge: 0 })).toThrow('maxAge: expected');
  expect(() => createPresence('')).toThrow('name: expected a name');
  expect(() => createPresence('a', { pubSub: {} as never })).toThrow('pubSub: expected a PubSub');
});

test('an event that does not fit is not published', async () => {
  const channel = createChannel('a', { events: { ...events, big: z.bigint() } });
  const code = 'ERR_BLAIZE_EVENT';
  await expect(channel.publish('b' as never, 'x' as never)).rejects.toMatchObject({
    code,
    message: 'The event "b" of channel "a" has no schema. There are: a, big.',
  });
  await expect(channel.publish('toString' as never, 'x' as never)).rejects.toMatchObject({ code });
  await expect(channel.publish('a', 1 as never)).rejects.toMatchObject({ code });
  await expect(channel.publish('big', 1n)).rejects.toThrow(TypeError);
});
