/** One of several processes that share a limit. `process.argv`: the socket of Redis. It is sent what to do. */
import { redisRateLimitStore } from '@blaizejs/redis';
import type { RateLimitPolicy } from '@blaizejs/types';
import { Redis } from 'ioredis';

const client = new Redis({ path: process.argv[2] ?? '' });
const store = redisRateLimitStore(client);
await client.ping();

process.on('message', ({ policy, requests }: { policy: RateLimitPolicy; requests: number }) => {
  void run(policy, requests);
});
process.once('disconnect', () => {
  client.disconnect();
});
process.send?.('ready');

async function run(policy: RateLimitPolicy, requests: number): Promise<void> {
  const key = policy.algorithm;
  const asked = Array.from({ length: requests }, () => Promise.resolve(store.consume(key, 1, policy)));
  const results = await Promise.all(asked);
  process.send?.(results.filter(({ allowed }) => allowed).length);
}
