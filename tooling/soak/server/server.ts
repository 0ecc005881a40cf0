/** The server of the soak, on both ports. The folder with its routes is its working directory. */
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import { promisify } from 'node:util';

import { createPlugin, createServer } from '../../../packages/blaizejs/src/index.ts';
import type { Logger, Server } from '../../../packages/types/src/index.ts';
import { answerParent } from '../processes.mjs';
import type { Gauge } from './app/lib/context.ts';
import { activeResources, type Emitter, type Snapshot, takeSnapshot } from './snapshot.ts';

// Routes that fail on purpose say so. Some clients speak cleartext to the TLS port.
const ON_PURPOSE = /soak: |cleartext/;
// Those of a Node that is newer than what it runs are no fault of the server.
const HARMLESS = new Set(['ExperimentalWarning', 'DeprecationWarning']);

// Milliseconds; short, for pauses to be short.
const KEEP_ALIVE = 1000;

const before = activeResources();
const faults: string[] = [];
let reloads = 0;

const fault = (what: string, error: unknown): void => {
  faults.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
};
process.on('unhandledRejection', (reason) => fault('unhandled rejection', reason));
process.on('uncaughtException', (error) => fault('uncaught exception', error));
process.on('warning', (warning) => {
  if (!HARMLESS.has(warning.name)) fault('warning', warning);
});

const listen = (line: object | string, message?: string): void => {
  const { err } = line as { err?: unknown };
  const text = `${message ?? (typeof line === 'string' ? line : '')} ${err instanceof Error ? err.message : ''}`;
  if (!ON_PURPOSE.test(text)) fault(`logged "${text}"`, err);
};
const ignore = (): void => undefined;
const logger: Logger = { debug: ignore, info: ignore, warn: listen, error: listen, child: () => logger };

const gauge: Gauge = { open: 0 };
const gauges = createPlugin('gauges', '1.0.0', () => ({ services: { gauge } }));
const serve = (http2: boolean): Promise<Server> =>
  createServer({
    port: 0,
    routesDir: './routes',
    watch: true,
    http2: { enabled: http2 },
    plugins: [gauges],
    logger,
    handleSignals: false,
    // Node 20 tells nobody of an HTTP/2 connection that broke the framing: it ends when it has been idle for so long.
    limits: { keepAliveTimeout: KEEP_ALIVE },
  }).listen();

const https = await serve(true);
const http = await serve(false);
https.events.on('routes:reloaded', () => reloads++);
const sessions = new Set<ServerHttp2Session>();
(https.server as Http2SecureServer).on('session', (session) => {
  sessions.add(session);
  session.once('close', () => sessions.delete(session));
});

const connectionsOf = ({ server }: Server): Promise<number> =>
  promisify<number>(server.getConnections.bind(server))();

answerParent({
  urls: () => ({ http: http.url, https: https.url }),
  async snapshot(): Promise<Snapshot & { readonly faults: readonly string[]; readonly reloads: number }> {
    const emitters: Record<string, Emitter> = { process };
    for (const [name, server] of Object.entries({ https, http })) {
      emitters[`${name} server`] = server.server;
      emitters[`${name} events`] = server.events as unknown as Emitter;
    }
    const snapshot = await takeSnapshot(emitters, {
      'connection https': await connectionsOf(https),
      'connection http': await connectionsOf(http),
      'session open': sessions.size,
      'handler under way': gauge.open,
    });
    return { ...snapshot, faults, reloads };
  },
  async close() {
    await Promise.all([https.close(), http.close()]);
  },
  /** What keeps the process alive, before there was a server and now. */
  resources: () => ({ before, now: activeResources() }),
});
