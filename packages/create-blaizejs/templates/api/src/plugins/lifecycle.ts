import { createPlugin, type ServicesOf } from 'blaizejs';

declare module 'blaizejs' {
  interface Services extends ServicesOf<typeof lifecycle> {}
}

/** Tells the health check that a shutdown has begun, while requests are still served for `drainDelay`. */
export const lifecycle = createPlugin('lifecycle', '1.0.0', (server) => {
  let closing = false;
  server.events.on('closing', () => void (closing = true));
  return { services: { isClosing: () => closing } };
});
