import { createClient, readEvents } from '@blaizejs/client';
import { expect, onTestFinished, test } from 'vitest';

import type { GET } from '../src/routes/api/live/index.ts';
import { addBookmark, signUp, startApp } from './app.ts';
import { startRedis } from './redis.ts';

interface Routes {
  GET: { '/api/live': typeof GET };
}

test(
  'what is saved while Redis is away is saved, and reaches pages when it is back',
  { timeout: 60_000 },
  async () => {
    const redis = await startRedis();
    const app = await startApp({ REDIS_URL: redis.url });
    const call = await signUp(app.http2);
    const api = createClient<Routes>(app.url, {
      fetch: ({ url, headers, signal }) =>
        app.http2.request(url, {
          headers: { ...Object.fromEntries(headers), authorization: `Bearer ${call.token}` },
          signal,
        }),
    });
    const events = readEvents(api.get, '/api/live', { reconnect: true });
    onTestFinished(() => void events.return());
    expect((await events.next()).value).toMatchObject({ event: 'list', data: [] });

    await redis.stop();
    const id = await addBookmark(call, { url: 'https://example.com/1', title: 'one' });
    await redis.start();
    for await (const { event, data } of events) {
      expect(event).toBe('list');
      // The first one may be from before.
      if (event === 'list' && data.some((each) => each.id === id)) break;
    }
  },
);
