import { Server as NetServer } from 'node:net';

import type { Adapter, Endpoint } from './adapter.ts';
import { bindBoth } from './both-families.ts';

/** Binds the server of an adapter: to one socket, or to two for `localhost`, one per address family. */
export class Listener {
  readonly #server: Adapter['server'];
  #second: NetServer | undefined;

  constructor(server: Adapter['server']) {
    this.#server = server;
  }

  /** The second socket, while it is bound. */
  get second(): NetServer | undefined {
    return this.#second?.listening === true ? this.#second : undefined;
  }

  /** See {@link Adapter.listen}. */
  async listen(endpoint: Endpoint): Promise<void> {
    const isBoth = endpoint.host === 'localhost' && endpoint.path === undefined && endpoint.fd === undefined;
    if (isBoth) this.#second = await bindBoth(this.#server, endpoint, (options) => this.#bind(options));
    else await this.#bind(endpoint);
  }

  /**
   * Accepts no more connections; resolves when the last one has ended. Node's own `close()` would close idle connections,
   * and from Node 24 on HTTP/2 sessions too, without any grace.
   */
  async stop(): Promise<void> {
    const close = (server: NetServer): Promise<unknown> =>
      new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
    await Promise.all([close(this.#server), this.second && close(this.second)]);
  }

  /** Closes the sockets at once, and idle connections as Node does. */
  close(): void {
    this.second?.close();
    this.#server.close();
  }

  #bind(endpoint: Endpoint): Promise<void> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        server.off('error', settle).off('listening', settle);
        if (error) reject(error);
        else resolve();
      };
      server.once('error', settle).once('listening', settle);
      try {
        server.listen(endpoint);
      } catch (error) {
        settle(error as Error);
      }
    });
  }
}
