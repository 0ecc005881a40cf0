import { serveStatic } from '@blaizejs/middleware/static';
import { createGetRoute, createMiddleware, createPostRoute, createServer } from 'blaizejs';
import { metrics as measure } from 'blaizejs/plugins/metrics';

import { builtIn } from './built-in.mjs';
import { bytes, hello, HOST, Item, portOf } from './shared.mjs';

/** @import { Next } from 'blaizejs' */
/** @import { AppOptions } from './shared.mjs' */

const pass = async (/** @type {unknown} */ _ctx, /** @type {Next} */ next) => {
  await next();
};

const hooks = createMiddleware({ name: 'hooks', onRequest: () => {}, onSend: () => {} });

/** @param {AppOptions} options */
export async function start({ protocol, routes, metrics, keyFile, certFile }) {
  const server = createServer({
    routesDir: false,
    port: 0,
    host: HOST,
    logger: false,
    ...(metrics && { plugins: [measure({ listen: { port: 0 } })] }),
    http2: protocol === 'h2' ? { keyFile, certFile } : { enabled: false },
  });
  const { router } = server;
  router.addRoute('GET', '/json', createGetRoute({ handler: hello }));
  router.addRoute(
    'GET',
    '/users/:id',
    createGetRoute({
      handler: ({ request: { params, query } }) => ({
        id: params['id'],
        verbose: query['verbose'],
        page: query['page'],
      }),
    }),
  );
  router.addRoute(
    'POST',
    '/items',
    createPostRoute({
      schema: { body: Item },
      handler: (ctx) => ctx.response.status(201).json({ id: 1, ...ctx.request.body }),
    }),
  );
  router.addRoute(
    'GET',
    '/chain',
    createGetRoute({ middleware: [pass, pass, pass, pass, pass], handler: hello }),
  );
  router.addRoute(
    'GET',
    '/hooks',
    createGetRoute({ middleware: [hooks, hooks, hooks, hooks, hooks], handler: hello }),
  );
  for (const [name, middleware] of Object.entries(await builtIn())) {
    router.addRoute('GET', `/with/${name}`, createGetRoute({ middleware, handler: hello }));
  }
  const files = serveStatic({ root: new URL('../files/', import.meta.url), prefix: '/files' });
  router.addRoute('GET', '/files/*', createGetRoute({ middleware: [files], handler: () => 'no file' }));
  router.addRoute('GET', '/stream', createGetRoute({ handler: bytes }));
  for (let route = 0; route < routes; route++) {
    router.addRoute(
      'GET',
      `/r${route}/:id`,
      createGetRoute({ handler: (ctx) => ({ route, id: ctx.request.params['id'] }) }),
    );
  }
  await server.listen();
  return portOf(server.server);
}
