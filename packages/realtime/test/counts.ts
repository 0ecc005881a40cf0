import { redisEventLog, type RedisPubSubClient } from '@blaizejs/redis';
import { z } from 'zod';

import { createChannel, type Channel } from '../src/index.ts';
import { createRooms, type Rooms } from '../src/websocket.ts';

export const N = z.string();
export const events = { count: N };

/** The channel that several processes share. */
export function counts(client: RedisPubSubClient): Channel<typeof events> {
  return createChannel('counts', { events, log: redisEventLog(client, { limit: 10_000 }) });
}

/** The rooms that several processes share. */
export function countRooms(client: RedisPubSubClient): Rooms<string> {
  return createRooms({ message: N, log: redisEventLog(client, { limit: 10_000 }) });
}
