import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';

import { Router } from '@koa/router';
import Koa from 'koa';

import { readJson } from './raw.mjs';
import { bytes, credentials, hello, Item, listen } from './shared.mjs';

/** @import { Next } from 'koa' */
/** @import { AppOptions } from './shared.mjs' */

const pass = async (/** @type {unknown} */ _ctx, /** @type {Next} */ next) => {
  await next();
};

/** @param {AppOptions} options */
export function start(options) {
  const app = new Koa();
  const router = new Router();
  router.get('/json', (ctx) => {
    ctx.body = hello();
  });
  router.get('/users/:id', (ctx) => {
    const { verbose, page } = ctx.query;
    ctx.body = { id: ctx.params['id'], verbose, page };
  });
  router.post('/items', async (ctx) => {
    const { success, data, error } = Item.safeParse(await readJson(ctx.req));
    ctx.status = success ? 201 : 400;
    ctx.body = success ? { id: 1, ...data } : { issues: error.issues };
  });
  router.get('/chain', pass, pass, pass, pass, pass, (ctx) => {
    ctx.body = hello();
  });
  router.get('/stream', (ctx) => {
    ctx.type = 'application/octet-stream';
    ctx.body = bytes();
  });
  for (let route = 0; route < options.routes; route++) {
    router.get(`/r${route}/:id`, (ctx) => {
      ctx.body = { route, id: ctx.params['id'] };
    });
  }
  app.use(router.routes());
  const handle = app.callback();
  return listen(
    options.protocol === 'h2' ? createSecureServer(credentials(options), handle) : createServer(handle),
  );
}
