import { EventEmitter } from 'node:events';

import type { RequestContext } from '@blaizejs/context/internal';

/** What Connect middleware asks a socket for. The real one has other requests on it, over HTTP/2 at least. */
export class FacadeSocket extends EventEmitter {
  readonly remoteAddress: string | undefined;
  readonly encrypted: boolean;
  readonly authorized: boolean;
  readonly servername: string | undefined;
  readable = true;
  writable = true;
  destroyed = false;
  readonly #ctx: RequestContext;

  constructor(ctx: RequestContext) {
    super();
    this.setMaxListeners(0);
    this.#ctx = ctx;
    const { exchange, request } = ctx;
    this.remoteAddress = exchange.remoteAddress;
    this.encrypted = request.scheme === 'https';
    this.authorized = exchange.peer?.authorized ?? false;
    this.servername = exchange.peer?.servername;
  }

  /** Ends the exchange; over HTTP/1.1, that closes the connection. */
  destroy(error?: Error): this {
    this.#ctx.exchange.abort(error);
    return this;
  }

  /** As {@link FacadeSocket.destroy}: there is nothing to complete. */
  end(): this {
    return this.destroy();
  }

  // These are about the connection, and limits of the server.
  setTimeout(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** Called when the exchange is over. */
  close(): void {
    if (this.destroyed) return;
    this.readable = this.writable = false;
    this.destroyed = true;
    this.emit('close', false);
  }
}
