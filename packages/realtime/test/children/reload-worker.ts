/** A worker of a cluster with a stream and a room. `process.argv`: a port, and the socket of Redis. */
import { createSSERoute } from '@blaizejs/realtime';
import { createWebSocketRoute } from '@blaizejs/realtime/websocket';
import { startTestServer } from '@blaizejs/testing';
import { Redis } from 'ioredis';

import { counts, countRooms, N } from '../counts.ts';

const [port, path = ''] = process.argv.slice(2);
const client = new Redis({ path });
const channel = counts(client);
const rooms = countRooms(client);

const { server } = await startTestServer({
  host: '127.0.0.1',
  port: Number(port),
  tls: false,
  http2: { enabled: true },
  handleSignals: true,
});
const { router } = server;
router.addRoute('GET', '/pid', { handler: () => String(process.pid) });
router.addRoute(
  'GET',
  '/events',
  // As soon as the tests have patience for.
  createSSERoute({ events: { count: N }, retry: [50, 150], handler: () => channel }) as object as {
    handler: () => Response;
  },
);
router.addRoute(
  'GET',
  '/socket',
  createWebSocketRoute({ messages: { out: N }, open: (socket) => rooms.join('a', socket) }) as object as {
    handler: () => Response;
  },
);
server.events.on('stopped', () => client.disconnect());
