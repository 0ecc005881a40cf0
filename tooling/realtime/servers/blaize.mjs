import { createChannel, createSSERoute } from '@blaizejs/realtime';
import { createRooms, createWebSocketRoute } from '@blaizejs/realtime/websocket';
import { createServer } from 'blaizejs';
import { z } from 'zod';

import { HOST, portOf } from '../../benchmark/apps/shared.mjs';

/** @import { ServerOptions, StartedServer } from '../server.mjs' */

/** @param {ServerOptions} options @returns {Promise<StartedServer>} */
export async function start({ protocol, keyFile, certFile }) {
  const server = createServer({
    routesDir: false,
    port: 0,
    host: HOST,
    logger: false,
    // By default, 10,000.
    limits: { maxConnections: 20_000 },
    http2: protocol === 'h2' ? { keyFile, certFile } : { enabled: false },
  });
  const query = z.object({ room: z.string() });
  const rooms = createRooms({ message: z.string() });
  const events = { news: z.string() };
  const news = createChannel('news', { events });
  server.router.addRoute(
    'GET',
    '/ws',
    createWebSocketRoute({
      schema: { query },
      messages: { in: z.string(), out: z.string() },
      open: (socket) => rooms.join(socket.ctx.request.query.room, socket),
      message: () => {},
    }),
  );
  server.router.addRoute(
    'GET',
    '/sse',
    createSSERoute({ schema: { query }, events, handler: (ctx) => news.topic(ctx.request.query.room) }),
  );
  await server.listen();
  return {
    port: portOf(server.server),
    publish: async (kind, room, text) => {
      if (kind === 'sse') await news.topic(room).publish('news', text);
      else await rooms.send(room, text);
    },
  };
}
