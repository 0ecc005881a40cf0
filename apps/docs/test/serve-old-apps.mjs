/** Serves the apps of other frameworks that pages show, each on a free port, until nobody wants to know any more. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

for (const file of process.argv.slice(2)) {
  const { app } = await import(pathToFileURL(file).href);
  // What they have in common is a function of Node's request and response: Koa's, Fastify's, Express's.
  const server = createServer(app.callback?.() ?? (await app.ready?.())?.routing ?? app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.send?.({ file, url: `http://127.0.0.1:${port}` });
}
process.once('disconnect', () => process.exit());
