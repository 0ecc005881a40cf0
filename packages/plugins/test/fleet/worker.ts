/** A worker: a server with metrics and health, and a counter of its own. */
import { health } from '@blaizejs/plugins/health';
import { metrics, type Metrics } from '@blaizejs/plugins/metrics';
import { startTestServer } from '@blaizejs/testing';
import { Counter, Gauge, Registry } from 'prom-client';

const registry = new Registry();
const mine = new Counter({ name: 'mine_total', help: 'Mine.', registers: [registry] });
new Gauge({ name: 'oldest_seconds', help: 'Oldest.', registers: [registry], aggregator: 'max' }).set(
  process.pid,
);
// A new version of the code may have other buckets.
const buckets = process.argv[2] === 'mixed' && process.pid % 2 === 0 ? [0.1, 1] : [0.1, 0.5, 1];

const app = await startTestServer({
  tls: false,
  plugins: [health({ details: true }), metrics({ listen: { port: 0 }, registry, buckets })],
});
app.server.router.addRoute('GET', '/', {
  handler: () => {
    mine.inc();
    return String(process.pid);
  },
});
app.server.router.addRoute('GET', '/hangs', { handler: () => new Promise(() => undefined) });

process.on('message', (message: { stop?: boolean; pause?: number }) => {
  if (message.stop) void app.close().then(() => process.exit());
  if (message.pause) {
    const end = performance.now() + message.pause;
    while (performance.now() < end);
  }
});
const { url: metricsUrl } = (app.server.services as { metrics: Metrics }).metrics;
process.send?.({ ready: { pid: process.pid, url: app.url, metricsUrl } });
