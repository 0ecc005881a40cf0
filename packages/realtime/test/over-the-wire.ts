import { createClient, readEvents } from '@blaizejs/client';
import { startTestServer, type TestServer } from '@blaizejs/testing';

type Options = NonNullable<Parameters<typeof startTestServer>[0]>;

/** Serves one route at `/events`. */
export async function serve(route: object, options: Options = {}): Promise<TestServer> {
  const app = await startTestServer(options);
  app.server.router.addRoute('GET', '/events', route as { handler: () => Response });
  return app;
}

/** Reads the text of a stream as it comes. */
export class Text {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  text = '';

  constructor(response: Response) {
    if (!response.body) throw new Error('There is no body.');
    this.#reader = response.body.getReader();
  }

  /** Reads until the text has something. */
  async until(wanted: string): Promise<string> {
    let from = 0;
    while (!this.text.includes(wanted, from)) {
      from = Math.max(0, this.text.length - wanted.length);
      const { done, value } = await this.#reader.read();
      if (done) throw new Error(`It ended without ${JSON.stringify(wanted)}: ${this.text}`);
      this.text += this.#decoder.decode(value, { stream: true });
    }
    return this.text;
  }

  /** Reads to the end. */
  async rest(): Promise<string> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return this.text;
      this.text += this.#decoder.decode(value, { stream: true });
    }
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

export { createClient, readEvents };
