/** A server whose streams and sockets never end by themselves. `process.argv`: whether it is secure. Tells its port. */
import { createSSERoute } from '@blaizejs/realtime';
import { createRooms, createWebSocketRoute } from '@blaizejs/realtime/websocket';
import { startTestServer } from '@blaizejs/testing';
import { z } from 'zod';

const isSecure = process.argv[2] === 'secure';
const events = { text: z.string() };
const full = 'x'.repeat(65_536);
const never = new Promise<never>(() => undefined);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const { server } = await startTestServer({
  host: '127.0.0.1',
  handleSignals: true,
  // `shutdownTimeout` is the default.
  logger: { stdout: true, level: 'info' },
  ...(!isSecure && { tls: false, http2: { enabled: true } }),
});
const rooms = createRooms();
const { router } = server;
type Route = Parameters<typeof router.addRoute>[2];
const routes: Readonly<Record<string, object>> = {
  '/full': createSSERoute({
    events,
    async *handler() {
      for (;;) {
        yield { event: 'text', data: full };
        await turn();
      }
    },
  }),
  '/hanging': createSSERoute({
    events,
    async *handler() {
      yield { event: 'text', data: 'first' };
      await never;
    },
  }),
  '/own': {
    handler: ({ response }: { response: { type(t: string): { stream(s: unknown): unknown } } }) =>
      response.type('text/event-stream').stream(
        (async function* () {
          yield 'data: first\n\n';
          await never;
        })(),
      ),
  },
  '/socket': createWebSocketRoute({
    queueLimit: 50_000_000,
    open: (socket) => {
      void rooms.join('all', socket);
      for (let index = 0; index < 100; index += 1) void socket.send(full);
    },
    // It hangs, as the streams do.
    message: () => never,
  }),
};
for (const [path, route] of Object.entries(routes)) router.addRoute('GET', path, route as Route);
server.events.on('stopped', () => console.log('stopped'));
console.log(`at ${server.url}`);
