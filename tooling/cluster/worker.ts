/** What each worker runs: an app that answers a few bytes, over TLS and in cleartext. */
import { createServer } from '../../packages/blaizejs/src/index.ts';

const [tlsPort = '0', port = '0', keyFile = '', certFile = ''] = process.argv.slice(2);

for (const [at, tls] of [
  [tlsPort, { keyFile, certFile }],
  [port, false],
] as const) {
  const server = createServer({ routesDir: false, mode: 'production', logger: false, tls, drainDelay: 0 });
  server.router.addRoute('GET', '/', { handler: () => 'hello' });
  await server.listen(Number(at), '127.0.0.1');
}
