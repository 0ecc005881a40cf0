import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ListenError } from '@blaizejs/errors';

import { mayName, originOf, WRONG_HOST } from '../own-port.ts';
import { chooseFormat, CONTENT_TYPES, type Format } from './exposition.ts';

/** Who asks here is a scraper, which is quick, and one of few. */
const LIMITS = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 5000,
  connectionsCheckingInterval: 1000,
  // Longer than the usual time between two scrapes.
  keepAliveTimeout: 65_000,
};
const MAX_CONNECTIONS = 64;
/** Milliseconds for answers that are on their way when the server stops. */
const CLOSE_TIMEOUT = 1000;

/** The metrics' own port. It is not part of the server, so nothing that clients do to that one keeps scrapers out. */
export class MetricsPort {
  readonly #server: Server;
  readonly #host: string;
  readonly #port: number;

  /** @param read rejects if a metric cannot be collected */
  constructor(
    { host, port }: { readonly host: string; readonly port: number },
    path: string,
    read: (format: Format) => Promise<string>,
  ) {
    this.#host = host;
    this.#port = port;
    this.#server = createServer(LIMITS, (request, response) => {
      void answer(request, response, { host, path, read });
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Undefined unless it listens. */
  get origin(): string | undefined {
    const address = this.#server.address() as AddressInfo | null;
    if (!address) return undefined;
    return originOf(this.#host, address.port);
  }

  /** @throws ListenError */
  async open(): Promise<void> {
    try {
      await once(this.#server.listen(this.#port, this.#host), 'listening');
    } catch (error) {
      throw new ListenError(error as NodeJS.ErrnoException, this.#host, this.#port);
    }
    // It keeps no process alive, and an error of the socket (EMFILE) must not end it.
    this.#server.unref().on('error', () => undefined);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    // A scrape that is being answered.
    const timer = setTimeout(() => this.#server.closeAllConnections(), CLOSE_TIMEOUT);
    await closed;
    clearTimeout(timer);
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { host, path, read }: { host: string; path: string; read: (format: Format) => Promise<string> },
): Promise<void> {
  const { method = '', url = '' } = request;
  const send = (status: number, body: string, headers: Record<string, string> = {}): void => {
    response
      .writeHead(status, {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-length': String(Buffer.byteLength(body)),
        ...headers,
      })
      .end(method === 'HEAD' ? undefined : body);
  };
  response.on('error', () => undefined);
  request.resume();
  if (!mayName(host, request.headers.host)) {
    send(421, `${WRONG_HOST}\n`);
    return;
  }
  if (url.split('?', 1)[0] !== path) {
    send(404, `The metrics are at ${path}.\n`);
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') {
    send(405, 'Use GET.\n', { allow: 'GET, HEAD' });
    return;
  }
  const format = chooseFormat(request.headers.accept);
  try {
    send(200, await read(format), { 'content-type': CONTENT_TYPES[format], vary: 'accept' });
  } catch {
    send(500, 'A metric could not be collected; the log says why.\n');
  }
}
