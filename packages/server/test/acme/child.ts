/** A server in its own process, whose options are its argument as JSON. Prints a line when it listens. */
import { createServer } from '@blaizejs/server';
import type { TlsOptions } from '@blaizejs/types';

const { port, tls } = JSON.parse(process.argv[2] ?? '') as { port: number; tls: TlsOptions };
const server = createServer({
  routesDir: false,
  mode: 'production',
  port,
  host: '127.0.0.1',
  tls,
  logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
});
await server.listen();
console.log('listening');
