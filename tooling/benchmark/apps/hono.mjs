import { createSecureServer } from 'node:http2';
import { Readable } from 'node:stream';

import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { csrf } from 'hono/csrf';
import { secureHeaders } from 'hono/secure-headers';

import { bytes, credentials, hello, HOST, Item, ORIGIN } from './shared.mjs';

/** @import { Next } from 'hono' */
/** @import { AppOptions } from './shared.mjs' */

const pass = async (/** @type {unknown} */ _c, /** @type {Next} */ next) => {
  await next();
};

/** @param {AppOptions} options @returns {Promise<number>} */
export function start(options) {
  const app = new Hono();
  app.get('/json', (c) => c.json(hello()));
  app.get('/users/:id', (c) =>
    c.json({ id: c.req.param('id'), verbose: c.req.query('verbose'), page: c.req.query('page') }),
  );
  app.post('/items', async (c) => {
    const { success, data, error } = Item.safeParse(await c.req.json());
    return success ? c.json({ id: 1, ...data }, 201) : c.json({ issues: error.issues }, 400);
  });
  app.get('/chain', pass, pass, pass, pass, pass, (c) => c.json(hello()));
  const crossOrigin = cors({ origin: [ORIGIN] });
  app.get('/with/cors', crossOrigin, (c) => c.json(hello()));
  app.get('/with/security-headers', secureHeaders(), (c) => c.json(hello()));
  app.get('/with/csrf', csrf(), (c) => c.json(hello()));
  app.get('/with/protection', crossOrigin, secureHeaders(), csrf(), (c) => c.json(hello()));
  app.get('/stream', (c) => {
    c.header('content-type', 'application/octet-stream');
    return c.body(/** @type {ReadableStream} */ (Readable.toWeb(bytes())));
  });
  for (let route = 0; route < options.routes; route++) {
    app.get(`/r${route}/:id`, (c) => c.json({ route, id: c.req.param('id') }));
  }
  const secure = options.protocol === 'h2' && {
    createServer: createSecureServer,
    serverOptions: credentials(options),
  };
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, port: 0, hostname: HOST, ...secure }, ({ port }) => resolve(port));
  });
}
