/** What is restarted: an app on a TLS port and on a cleartext one. It stops as every app does, when it gets a SIGTERM. */
import { setTimeout } from 'node:timers/promises';

import { createServer, type Logger, type Server } from '../../../packages/blaizejs/src/index.ts';
import { developmentCertificate } from '../../../packages/ssl/src/index.ts';
import { tellParent } from '../processes.mjs';
import { DOWNLOAD, LINES } from './calls.mjs';

const ignore = (): void => undefined;
// Only what goes wrong: two lines for each of so many starts and stops say nothing.
const logger: Logger = {
  debug: ignore,
  info: ignore,
  warn: console.warn,
  error: console.error,
  child: () => logger,
};

// In production there is none by itself; this writes it below the working directory, the same for all workers.
await developmentCertificate({ host: 'localhost' });
const files = { keyFile: '.blaize/ssl/key.pem', certFile: '.blaize/ssl/cert.pem' };

function serve(http2: boolean): Promise<Server> {
  const server = createServer({
    port: 0,
    routesDir: false,
    http2: { enabled: http2, ...(http2 && files) },
    logger,
  });
  server.router.addRoute('GET', '/fast', { handler: () => 'fast' });
  server.router.addRoute('GET', '/download', { handler: () => DOWNLOAD });
  server.router.addRoute('GET', '/slow/:ms', {
    handler: async ({ request }) => {
      await setTimeout(Number(request.params.ms));
      return `waited ${request.params.ms}`;
    },
  });
  server.router.addRoute('GET', '/lines/:ms', {
    handler: async function* ({ request }) {
      for (const line of LINES) {
        yield line;
        await setTimeout(Number(request.params.ms) / LINES.length);
      }
    },
  });
  server.router.addRoute('POST', '/upload/:ms', {
    handler: async ({ request }) => {
      const { length } = await request.bytes();
      await setTimeout(Number(request.params.ms));
      return `got ${length}`;
    },
  });
  return server.listen();
}

const https = await serve(true);
const http = await serve(false);
// Workers of a cluster that ask for any port get the same one.
tellParent('listening', { https: https.url, http: http.url });
