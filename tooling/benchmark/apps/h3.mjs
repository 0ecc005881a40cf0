import { getQuery, H3, readValidatedBody, serve } from 'h3';

import { bytes, credentials, hello, HOST, Item, portOf } from './shared.mjs';

/** @import { H3Event } from 'h3' */
/** @import { AppOptions } from './shared.mjs' */

const pass = async (/** @type {H3Event} */ _event, /** @type {() => unknown} */ next) => await next();

/** @param {AppOptions} options */
export async function start(options) {
  const app = new H3();
  app.get('/json', () => hello());
  app.get('/users/:id', (event) => {
    const { verbose, page } = getQuery(event);
    return { id: event.context.params?.['id'], verbose, page };
  });
  app.post('/items', async (event) => {
    const item = await readValidatedBody(event, Item);
    event.res.status = 201;
    return { id: 1, ...item };
  });
  app.get('/chain', () => hello(), { middleware: [pass, pass, pass, pass, pass] });
  app.get('/stream', (event) => {
    event.res.headers.set('content-type', 'application/octet-stream');
    return bytes();
  });
  for (let route = 0; route < options.routes; route++) {
    app.get(`/r${route}/:id`, (event) => ({ route, id: event.context.params?.['id'] }));
  }
  const tls = options.protocol === 'h2' && { tls: asText(credentials(options)) };
  const server = await serve(app, { port: 0, hostname: HOST, silent: true, ...tls }).ready();
  return portOf(server.node?.server);
}

/** @param {{ key: Buffer, cert: Buffer }} credentials */
function asText({ key, cert }) {
  return { key: key.toString(), cert: cert.toString() };
}
