import { onTestFinished } from 'vitest';

import { freePort } from '../../../tooling/free-port.mjs';
import { RedisProcess } from '../../../tooling/redis/redis-process.ts';

/** Starts a real Redis on a port of its own. It keeps nothing, and ends with the test. */
export async function startRedis(): Promise<RedisProcess> {
  const redis = new RedisProcess(await freePort());
  onTestFinished(() => redis[Symbol.asyncDispose]());
  await redis.start();
  return redis;
}
