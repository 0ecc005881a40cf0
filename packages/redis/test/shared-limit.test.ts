import { rateLimit } from '@blaizejs/middleware/rate-limit';
import { startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { redisRateLimitStore } from '../src/index.ts';
import { RedisServer } from '../../../tooling/redis/redis-server.ts';

test('200 requests at once get what the limit allows, with a store that others use too', async () => {
  await using redis = await RedisServer.start();
  const store = redisRateLimitStore(redis.client());
  // With time for a machine that is busy.
  const limit = rateLimit({ limit: 50, window: 3_600_000, store, storeTimeout: 5000 });
  await using app = await startTestServer({ middleware: [limit], http2: { enabled: false } });
  app.server.router.addRoute('GET', '/', { handler: () => 'hello' });
  const answers = await Promise.all(Array.from({ length: 200 }, () => app.http1.request('/')));
  await Promise.all(answers.map((answer) => answer.text()));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(50);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(150);
});
