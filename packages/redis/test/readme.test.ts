import { afterEach, expect, test, vi } from 'vitest';

import { runExample } from '../../../tooling/readme/run-example.ts';
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
