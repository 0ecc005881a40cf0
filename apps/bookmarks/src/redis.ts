import { redisEventLog, redisKeyValueStore, redisPubSub, redisRateLimitStore } from '@blaizejs/redis';
import { createPlugin } from 'blaizejs';
import { Redis } from 'ioredis';

/** What several processes of the app share: sessions, the counts of rate limits, and what happens to lists. */
export function connectRedis(url: string) {
  // While Redis is away, everything that needs it is answered at once.
  const client = new Redis(url, { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  const plugin = createPlugin('redis', '1.0.0', ({ log }) => ({
    initialize: async () => {
      client.on('error', (error) => log.warn({ error: error.message }, 'Redis is away'));
      await client.connect();
    },
    terminate: () => {
      client.disconnect();
    },
  }));
  return {
    client,
    plugin: plugin(),
    sessionStore: redisKeyValueStore(client, { prefix: 'bookmarks:' }),
    limitStore: redisRateLimitStore(client, { prefix: 'bookmarks:limit:' }),
    live: {
      log: redisEventLog(client, { prefix: 'bookmarks:events:' }),
      pubSub: redisPubSub(client, { prefix: 'bookmarks:' }),
    },
  };
}
