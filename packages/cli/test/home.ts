import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

import { onTestFinished } from 'vitest';

/** A call from an app, which waits for the answer. */
export interface Call {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly answer: () => void;
}

/** A server that the apps of a test call to report their progress. */
export class Home {
  readonly url: string;
  readonly #calls: Call[] = [];
  #wake: () => void = () => undefined;

  private constructor(url: string) {
    this.url = url;
  }

  static async open(): Promise<Home> {
    const server = createServer((request, response) => home.#take(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const home = new Home(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return home;
  }

  /** The next call for a path. The app waits for the answer. */
  async next(path: string): Promise<Call> {
    for (;;) {
      const index = this.#calls.findIndex((call) => call.path === path);
      if (index >= 0) return this.#calls.splice(index, 1)[0]!;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Waits for the app to report that it is up. @returns the facts that it reported */
  async up(): Promise<{ url: string; version: string | null }> {
    const { query, answer } = await this.next('/up');
    answer();
    return { url: `http://localhost:${query.get('port')}`, version: query.get('version') };
  }

  /** How many calls are left that no test has awaited. */
  get left(): number {
    return this.#calls.length;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    this.#calls.push({ path: pathname, query: searchParams, answer: () => response.end() });
    this.#wake();
  }
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: 'localhost' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
