// The app that tests of metrics and health run in workers.
import { readFileSync } from 'node:fs';

import { health } from '@blaizejs/plugins/health';
import { metrics } from '@blaizejs/plugins/metrics';
import { createServer } from '@blaizejs/server';
import { Counter, Gauge, Registry } from 'prom-client';

const [folder] = process.argv.slice(2);
const port = (name) => Number(readFileSync(`${folder}/${name}`, 'utf8'));

const registry = new Registry();
const mine = new Counter({ name: 'mine_total', help: 'Mine.', registers: [registry] });
new Gauge({ name: 'newest_pid', help: 'Newest.', registers: [registry], aggregator: 'max' }).set(process.pid);

const server = createServer({
  routesDir: false,
  mode: 'production',
  logger: false,
  tls: false,
  plugins: [
    health({ details: true }),
    metrics({
      listen: { port: port('second-port') },
      registry,
      // A new version of the code may have other buckets.
      buckets: process.pid % 2 ? [0.1, 1] : [0.1, 0.5, 1],
    }),
  ],
  drainDelay: 0,
  shutdownTimeout: 5000,
});
server.router.addRoute('GET', '/', {
  handler: () => {
    mine.inc();
    return String(process.pid);
  },
});
server.router.addRoute('GET', '/hang', { handler: () => new Promise(() => undefined) });
await server.listen(port('port'), '127.0.0.1');
