/** One of several processes that share a cache. `process.argv`: the socket of Redis, and a folder. It is sent what to do. */
import { createCache, type KeyValueStore, tieredStore } from '@blaizejs/cache';
import { diskStore } from '@blaizejs/cache/disk';
import { redisKeyValueStore, redisPubSub } from '@blaizejs/redis';
import { Redis } from 'ioredis';

import type { Answer, Command, StoreName } from './commands.ts';

const [, , path = '', directory = ''] = process.argv;
const redis = new Redis({ path });
// Tests take the server away.
redis.on('error', () => undefined);
const far = redisKeyValueStore(redis, { prefix: 'tiered:' });
const tiered = tieredStore({ far, pubSub: redisPubSub(redis) });
const stores: Record<StoreName, KeyValueStore> = {
  redis: redisKeyValueStore(redis, { prefix: 'plain:' }),
  tiered,
  disk: diskStore({ directory }),
};
const caches = Object.fromEntries(
  Object.entries(stores).map(([name, store]) => [name, createCache({ store, storeTimeout: 300 })]),
);

let release: () => void = () => undefined;
const answer = (message: Answer): void => void process.send?.(message);

process.on('message', (command: Command) => {
  run(command).then(
    (value) => answer({ id: command.id, value }),
    (error: unknown) => answer({ id: command.id, error: String(error) }),
  );
});
process.once('disconnect', () => {
  void tiered.close();
  redis.disconnect();
});
answer({ id: 0, value: 'ready' });

async function run(command: Command): Promise<unknown> {
  const cache = caches[command.store]!;
  switch (command.do) {
    case 'wrap':
      return cache.wrap(command.key, { ttl: 60_000, tags: ['all'] }, async () => {
        if (command.isHeld) {
          answer({ id: -1, value: 'loading' });
          await new Promise<void>((resolve) => (release = resolve));
        }
        return command.value;
      });
    case 'hammer': {
      const found = new Set<unknown>();
      for (let at = 0; at < 200; at++) {
        const value = String(at % 3).repeat(20_000);
        found.add((await cache.get<string>('hammer'))?.replace(/^(.)\1*$/, '$1'));
        if (at % 2) await cache.set('hammer', value, { ttl: 60_000, tags: ['all'] });
        else if (at % 20 === 0) await cache.deleteTag('all');
      }
      return [...found];
    }
    case 'release':
      release();
      return undefined;
    case 'purge':
      return cache.deleteTag('all');
    case 'delete':
      return cache.delete(command.key);
    default:
      return cache.stats();
  }
}
