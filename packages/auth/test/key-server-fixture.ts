import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KeyObject } from 'node:crypto';

/** A key server on a free port, whose answers a test decides. */
export class TestKeyServer implements AsyncDisposable {
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  /** How it answers. */
  answer: RequestListener;
  readonly #server: Server;
  #port = 0;

  private constructor(answer: RequestListener) {
    this.answer = answer;
    this.#server = createServer((request, response) => {
      this.asked.push(request.url ?? '');
      this.#changed();
      this.answer(request, response);
    });
  }

  static async start(...keys: readonly object[]): Promise<TestKeyServer> {
    const server = new TestKeyServer(withKeys(...keys));
    await server.up();
    return server;
  }

  get url(): string {
    return `http://localhost:${this.#port}/keys`;
  }

  /** Listens, on the same port as before. */
  async up(): Promise<void> {
    this.#server.listen(this.#port, 'localhost');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Goes away: connections are refused. */
  async down(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  /** Waits until it was asked that often. */
  async askedTimes(count: number): Promise<void> {
    while (this.asked.length < count) await new Promise<void>((resolve) => (this.#changed = resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }

  #changed: () => void = () => undefined;
}

/** Answers with these keys. */
export function withKeys(...keys: readonly object[]): RequestListener {
  return (_request, response) => {
    response.setHeader('content-type', 'application/jwk-set+json').end(JSON.stringify({ keys }));
  };
}

/** A public key as a JWKS has it. */
export function jwk(key: KeyObject, kid: string, more: object = {}): object {
  return { ...key.export({ format: 'jwk' }), kid, use: 'sig', ...more };
}
