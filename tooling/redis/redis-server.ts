import { Redis } from 'ioredis';

import { RedisProcess } from './redis-process.ts';

/** What tests say about a client. */
export interface ClientOptions {
  /** What the client puts before each key. */
  readonly keyPrefix?: string;
  readonly enableOfflineQueue?: boolean;
  readonly lazyConnect?: boolean;
  readonly maxRetriesPerRequest?: number;
}

/** A real Redis server, and clients of it. */
export class RedisServer extends RedisProcess {
  readonly #clients: Redis[] = [];

  static async start(): Promise<RedisServer> {
    const server = new RedisServer();
    await server.start();
    return server;
  }

  /** A client, which is closed with the server. */
  client(options: ClientOptions = {}): Redis {
    const client = new Redis({ path: this.path, ...options });
    // Tests take the server away.
    client.on('error', () => undefined);
    this.#clients.push(client);
    return client;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await super[Symbol.asyncDispose]();
  }
}
