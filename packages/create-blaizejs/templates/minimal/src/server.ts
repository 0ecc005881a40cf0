import path from 'node:path';
import { securityHeaders } from '@blaizejs/middleware/security-headers';
import { createServer } from 'blaizejs';

const { NODE_ENV, PORT, HOST, TLS, SSL_KEY_PATH, SSL_CERT_PATH } = process.env;

if (NODE_ENV === 'production' && TLS !== 'off' && !(SSL_KEY_PATH && SSL_CERT_PATH)) {
  console.error(
    'Production needs a certificate: set SSL_KEY_PATH and SSL_CERT_PATH to PEM files. ' +
      'Or set TLS=off to serve plain HTTP, for a proxy in front that handles TLS.',
  );
  process.exit(1);
}

export const server = createServer({
  port: Number(PORT ?? 3000),
  host: HOST ?? 'localhost',
  routesDir: path.resolve(import.meta.dirname, 'routes'),
  middleware: [securityHeaders()],
  // Without a key, development makes its own certificate.
  tls: TLS === 'off' ? false : { keyFile: SSL_KEY_PATH, certFile: SSL_CERT_PATH },
});

await server.listen();
