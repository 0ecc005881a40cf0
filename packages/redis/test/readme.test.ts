import { afterEach, expect, test, vi } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';
import { unnamedOptions } from '../../../tooling/readme/unnamed-options.ts';
import { redisEventLog, redisKeyValueStore, redisPubSub, redisRateLimitStore } from '../src/index.ts';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';

afterEach(() => void vi.unstubAllEnvs());

test('the example of the README runs', async () => {
  await using redis = await RedisServer.start();
  vi.stubEnv('REDIS_URL', redis.path);
  expect(await runExample(new URL('..', import.meta.url))).toBe(
    [
      ...['200 "default";r=2', '200 "default";r=1', '200 "default";r=0', '429 "default";r=0'],
      ...['Ada', 'undefined', ''],
    ].join('\n'),
  );
});

test('the README names every option', async () => {
  const functions = {
    redisEventLog: (options: never) => redisEventLog({} as never, options),
    redisKeyValueStore: (options: never) => redisKeyValueStore({} as never, options),
    redisPubSub: (options: never) => redisPubSub({} as never, options),
    redisRateLimitStore: (options: never) => redisRateLimitStore({} as never, options),
  };
  expect(await unnamedOptions(new URL('..', import.meta.url), functions)).toEqual([]);
});
