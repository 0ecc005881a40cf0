import { createServer as createHttpServer } from 'node:http';

import { createGetRoute, createPostRoute, createServer } from 'blaizejs';

import { hello, HOST, Item, listen } from '../apps/shared.mjs';
import { CASES } from '../cases.mjs';
import { MemoryClient } from './memory-client.mjs';

/** @import { Next } from 'blaizejs' */
/** @import { Part } from '../micro.mjs' */

const TEXT = 'Hello, World!';
const BYTES = Buffer.from(TEXT);
const ITEM = CASES.find(({ name }) => name === 'post')?.body ?? '';

const pass = async (/** @type {unknown} */ _ctx, /** @type {Next} */ next) => {
  await next();
};

/** Whole requests, from the bytes of a request to those of its answer. @returns {Promise<Part[]>} */
export async function request() {
  const bare = createHttpServer((_request, response) => {
    const text = JSON.stringify(hello());
    const length = String(Buffer.byteLength(text));
    response.writeHead(200, ['content-type', 'application/json', 'content-length', length]);
    response.end(text);
  });
  await listen(bare);

  const server = createServer({
    routesDir: false,
    port: 0,
    host: HOST,
    logger: false,
    http2: { enabled: false },
  });
  const { router } = server;
  router.addRoute('GET', '/json', createGetRoute({ handler: hello }));
  router.addRoute('GET', '/text', createGetRoute({ handler: () => TEXT }));
  router.addRoute('GET', '/bytes', createGetRoute({ handler: () => BYTES }));
  router.addRoute('GET', '/nothing', createGetRoute({ handler: () => undefined }));
  router.addRoute('GET', '/users/:id', createGetRoute({ handler: ({ request: { params } }) => params }));
  router.addRoute(
    'GET',
    '/chain',
    createGetRoute({ middleware: [pass, pass, pass, pass, pass], handler: hello }),
  );
  router.addRoute(
    'POST',
    '/items',
    createPostRoute({ schema: { body: Item }, handler: (ctx) => ctx.request.body }),
  );
  await server.listen();

  const toBare = new MemoryClient(bare);
  const client = new MemoryClient(/** @type {import('node:net').Server} */ (server.server));
  const get = (/** @type {string} */ path) => {
    const bytes = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    return () => client.ask(bytes);
  };
  const fields = `Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(ITEM)}`;
  const post = Buffer.from(`POST /items HTTP/1.1\r\n${fields}\r\n\r\n${ITEM}`);
  const bareGet = Buffer.from('GET /json HTTP/1.1\r\nHost: localhost\r\n\r\n');
  return [
    { name: 'JSON, by node:http alone', run: () => toBare.ask(bareGet) },
    { name: 'JSON', run: get('/json') },
    { name: 'text', run: get('/text') },
    { name: 'bytes', run: get('/bytes') },
    { name: 'nothing (204)', run: get('/nothing') },
    { name: 'parameter', run: get('/users/42') },
    { name: 'JSON behind 5 async middlewares', run: get('/chain') },
    { name: 'POST, checked with zod', run: () => client.ask(post) },
    { name: 'not found (404)', run: get('/unknown') },
  ];
}
