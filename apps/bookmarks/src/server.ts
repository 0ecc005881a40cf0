import { createServer } from 'blaizejs';

import { app } from './app.ts';
import { readEnvironment } from './environment.ts';

const env = readEnvironment();

// The exporter takes a while to load.
if (env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined) await import('./export-spans.ts');

export const server = createServer({
  ...app(env),
  port: env.PORT,
  host: env.HOST,
  tls: env.TLS === 'on' && { keyFile: env.SSL_KEY_PATH, certFile: env.SSL_CERT_PATH },
  trustProxy: env.TRUST_PROXY,
  drainDelay: env.DRAIN_DELAY,
});

await server.listen();
