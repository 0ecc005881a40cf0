import { Readable } from 'node:stream';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import type { Middleware } from '@blaizejs/types';

/** The protocols over which a test talks to a server. */
export const PROTOCOLS = ['http1', 'http2'] as const;

type Options = NonNullable<Parameters<typeof startTestServer>[0]>;

/** Starts a server with a route for each kind of answer. */
export async function serve(middleware: readonly Middleware[], options: Options = {}): Promise<TestServer> {
  const app = await startTestServer({ ...options, middleware: [...middleware] });
  const { router } = app.server;
  router.addRoute('GET', '/', { handler: () => 'hello' });
  router.addRoute('GET', '/items/:id', { handler: (ctx) => ({ id: ctx.request.params['id'] }) });
  router.addRoute('POST', '/', { bodyLimit: 10, handler: (ctx) => ctx.request.text() });
  router.addRoute('GET', '/stream', {
    handler: ({ response }) => response.stream(Readable.from(['a', 'b'])),
  });
  router.addRoute('GET', '/unchanged', { handler: ({ response }) => void response.status(304) });
  router.addRoute('GET', '/fails', {
    handler: () => {
      throw new Error('broken');
    },
  });
  router.addRoute('GET', '/slow', { handlerTimeout: 20, handler: () => new Promise(() => undefined) });
  return app;
}
