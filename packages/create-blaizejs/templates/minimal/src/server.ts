import path from 'node:path';
import { createServer } from 'blaizejs';

const { PORT, SSL_KEY_PATH, SSL_CERT_PATH } = process.env;

const server = createServer({
  port: Number(PORT ?? 3000),
  routesDir: path.resolve(import.meta.dirname, 'routes'),
  // Production needs a certificate. In development one is made.
  tls: { keyFile: SSL_KEY_PATH, certFile: SSL_CERT_PATH },
});

await server.listen();
