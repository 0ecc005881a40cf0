import { redisEventLog, type RedisPubSubClient } from '@blaizejs/redis';
import { z } from 'zod';

import { createChannel, type Channel } from '../src/index.ts';

export const events = { count: z.string() };

/** The channel that several processes share. */
export function counts(client: RedisPubSubClient): Channel<typeof events> {
  return createChannel('counts', { events, log: redisEventLog(client, { limit: 10_000 }) });
}
