/** One of several servers with the same streams. `process.argv`: the socket of Redis. Tells its port. */
import { createPresence, createSSERoute } from '@blaizejs/realtime';
import { redisPubSub } from '@blaizejs/redis';
import { startTestServer } from '@blaizejs/testing';
import { Redis } from 'ioredis';
import { z } from 'zod';

import { counts, events } from '../counts.ts';

const client = new Redis({ path: process.argv[2] ?? '', maxRetriesPerRequest: 0 });
// Tests take Redis away.
client.on('error', () => undefined);
const channel = counts(client);
const presence = createPresence('tabs', {
  pubSub: redisPubSub(client),
  interval: 200,
  schema: z.object({ name: z.string() }),
});

const { server } = await startTestServer({
  host: '127.0.0.1',
  tls: false,
  http2: { enabled: false },
  handleSignals: true,
});
server.router.addRoute(
  'GET',
  '/events',
  createSSERoute({
    events,
    // As soon as clients do.
    retry: 100,
    handler: (ctx, { signal }) => {
      const { id } = ctx.request.query;
      if (typeof id === 'string') presence.join('room', { id, data: { name: id } }, { signal });
      return channel;
    },
  }),
);
const looking = presence.watch('room');
void (async () => {
  for await (const members of looking) process.send?.({ members: members.map(({ id }) => id).sort() });
})();
server.events.on('stopped', () => {
  client.disconnect();
  void looking.return?.();
  process.disconnect();
});
process.once('disconnect', () => setTimeout(() => process.exit(1), 5_000).unref());
process.send?.({ url: server.url });
