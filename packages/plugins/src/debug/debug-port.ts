import cluster from 'node:cluster';
import { once } from 'node:events';
import { chmod, unlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';

import { ListenError } from '@blaizejs/errors';

import { originOf } from '../own-port.ts';
import type { Answer, Refusal } from './answer.ts';
import type { Endpoints } from './endpoints.ts';
import { checkToken, refuseBrowsers } from './guard.ts';
import type { Place } from './options.ts';

const LIMITS = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 5000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 1000,
};
const MAX_CONNECTIONS = 16;
/** Ports that the workers of a cluster try, one after the other. */
const MAX_TRIES = 64;

/** The endpoints on a port of their own, or on a Unix socket. */
export class DebugPort {
  readonly #server: Server;
  readonly #place: Place;

  constructor(place: Place, token: string | undefined, endpoints: Endpoints) {
    const host = 'host' in place ? place.host : undefined;
    this.#place = 'path' in place && cluster.isWorker ? { path: `${place.path}-${process.pid}` } : place;
    this.#server = createServer(LIMITS, (request, response) => {
      void answer(request, response, endpoints, () => {
        refuseBrowsers(request.headers, host);
        checkToken(request.headers, token);
      });
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Where it listens; undefined if it does not. */
  get url(): string | undefined {
    const address = this.#server.address();
    if (address === null) return undefined;
    if (typeof address === 'string') return `unix:${address}`;
    const { host } = this.#place as { readonly host: string };
    return originOf(host, address.port);
  }

  /** @throws ListenError */
  async open(): Promise<void> {
    const place = this.#place;
    if ('path' in place) await this.#openSocket(place.path);
    else await this.#openPort(place);
    // It keeps no process alive, and an error of the socket must not end it.
    this.#server.unref().on('error', () => undefined);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Not shared by the workers of a cluster: whoever asks wants to know about one of them. */
  async #openPort({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
    const last = port === 0 || !cluster.isWorker ? port : Math.min(port + MAX_TRIES - 1, 65_535);
    for (let next = port; ; next++) {
      try {
        await this.#listen({ host, port: next, exclusive: true });
        return;
      } catch (error) {
        const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (!isTaken || next >= last) throw new ListenError(error as NodeJS.ErrnoException, host, next);
      }
    }
  }

  async #openSocket(path: string): Promise<void> {
    try {
      try {
        await this.#listen({ path, exclusive: true });
      } catch (error) {
        const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (!isTaken || !(await isDead(path))) throw error;
        await unlink(path);
        await this.#listen({ path, exclusive: true });
      }
      await chmod(path, 0o600);
    } catch (error) {
      throw new ListenError(error as NodeJS.ErrnoException, '', 0, path);
    }
  }

  async #listen(
    options: { path: string; exclusive: true } | { host: string; port: number; exclusive: true },
  ) {
    const listening = once(this.#server, 'listening');
    // The file of a socket is made before this returns: nobody else may open it, not even for a moment.
    const mask = 'path' in options ? process.umask(0o177) : undefined;
    try {
      this.#server.listen(options);
    } finally {
      if (mask !== undefined) process.umask(mask);
    }
    await listening;
  }
}

/** Whether a socket is a file that a process has left behind. */
async function isDead(path: string): Promise<boolean> {
  const client = connect(path);
  try {
    await once(client, 'connect');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
  } finally {
    client.destroy();
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  endpoints: Endpoints,
  guard: () => void,
): Promise<void> {
  const { method = '', url = '' } = request;
  const [path = '', query = ''] = url.split('?', 2);
  const abort = new AbortController();
  response.on('close', () => abort.abort()).on('error', () => undefined);
  request.resume();
  let found: Answer;
  try {
    guard();
    found = await endpoints.answer({ method, path, query: new URLSearchParams(query), signal: abort.signal });
  } catch (error) {
    found = (error as Refusal).answer;
  }
  const { status, type, headers = {}, body } = found;
  const isText = typeof body === 'string';
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(isText && { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  });
  if (isText) response.end(method === 'HEAD' ? undefined : body);
  // A client that leaves breaks it off.
  else await pipeline(body, response).catch(() => undefined);
}
