import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import type { Exchange } from '@blaizejs/types';

import { type Adapter, DRAIN_GRACE, type Handle, stopListening } from './adapter.ts';
import { Http1Exchange } from './http1-exchange.ts';

/** Serves HTTP/1.1: cleartext where it listens itself, over TLS where it is handed sockets by `emit('connection')`. */
export class Http1Adapter implements Adapter {
  readonly server: Server;
  /** The open connections, each with the number of requests that it carries. */
  readonly #connections = new Map<Socket, number>();
  #draining = false;

  constructor(handle: Handle) {
    this.server = createServer((request, response) => handle(this.#exchange(request, response, false)));
    this.server.on('checkContinue', (request, response) => handle(this.#exchange(request, response, true)));
    this.server.on('connection', (socket: Socket) => {
      this.#connections.set(socket, 0);
      socket.once('close', () => this.#connections.delete(socket));
    });
  }

  /** Whether each response is to end its connection. */
  get draining(): boolean {
    return this.#draining;
  }

  async drain(): Promise<void> {
    const closed = stopListening(this.server);
    const stop = this.endConnections();
    await closed;
    stop();
  }

  /**
   * From now on each response ends its connection, and so does idleness, after a moment's grace.
   *
   * @returns what stops it, once there are no connections any more
   */
  endConnections(): () => void {
    this.#draining = true;
    // Again and again: a response whose head was out before leaves its connection idle when it ends.
    // Not by closeIdleConnections(), which takes a connection for idle while the last response is still being flushed.
    const timer = setInterval(() => {
      for (const [socket, requests] of this.#connections) if (requests === 0) socket.destroy();
    }, DRAIN_GRACE);
    return () => {
      clearInterval(timer);
      // Where it never listened, or does not any more, this only stops it from looking after its connections.
      this.server.close();
    };
  }

  destroy(): void {
    for (const socket of this.#connections.keys()) socket.destroy();
  }

  #exchange(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Exchange {
    const { socket } = request;
    this.#connections.set(socket, (this.#connections.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const requests = this.#connections.get(socket);
      if (requests !== undefined) this.#connections.set(socket, requests - 1);
    });
    // Whoever writes to it after its end is told by the error that is thrown, not by the end of the process.
    response.on('error', ignore);
    return new Http1Exchange(this, request, response, expectsContinue);
  }
}

function ignore(): void {}
