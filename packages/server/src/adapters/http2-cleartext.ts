import { createServer, type Http2Server } from 'node:http2';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

import type { Adapter, AdapterSettings, AdapterStats, Endpoint } from './adapter.ts';
import { Http1Adapter } from './http1.ts';
import { serverOptions } from './http2-options.ts';
import { Http2Sessions } from './http2-sessions.ts';
import type { Listener } from './listener.ts';

/**
 * Serves HTTP/1.1 and HTTP/2 in cleartext on one port. A client of HTTP/2 knows in advance that the server speaks it (RFC
 * 9113 section 3.3). Node's HTTP/1.1 parser tells the two apart: it stops after the preface of HTTP/2, however many packets
 * it came in. So HTTP/1.1 costs nothing more, and a client that never finishes its preface meets the limits of HTTP/1.1.
 */
export class CleartextAdapter implements Adapter {
  readonly #http1: Http1Adapter;
  readonly #http2: Http2Server;
  readonly #sessions: Http2Sessions;
  /** The socket of the next session. */
  #next: Socket | undefined;
  #open = 0;

  constructor(settings: AdapterSettings) {
    this.#http1 = new Http1Adapter(settings, (socket) => this.#serve(socket));
    this.#http2 = createServer(serverOptions(settings.limits));
    this.#sessions = new Http2Sessions(this.#http2, settings, () => this.#next as Socket);
  }

  get server(): Server {
    return this.#http1.server;
  }

  get listener(): Listener {
    return this.#http1.listener;
  }

  listen(endpoint: Endpoint): Promise<void> {
    return this.#http1.listen(endpoint);
  }

  stats(): AdapterStats {
    const stats = this.#http1.stats();
    return { ...stats, connections: stats.connections + this.#open, ...this.#sessions.stats() };
  }

  stalledStreams(): number {
    return this.#sessions.stalledStreams();
  }

  async drain(): Promise<void> {
    const drained = this.#http1.drain();
    this.#sessions.drain();
    await drained;
  }

  destroy(): void {
    this.#sessions.destroy();
    this.#http1.destroy();
  }

  #serve(socket: Socket): void {
    this.#open += 1;
    socket.once('close', () => {
      this.#open -= 1;
      this.#sessions.forget(socket);
    });
    this.#next = socket;
    this.#http2.emit('connection', socket);
  }
}
