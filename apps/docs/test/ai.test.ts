/** The AI SDK's own answers, with its mock model, returned from handlers over both protocols. */
import { once } from 'node:events';

import { startTestServer, type TestServer } from '@blaizejs/testing';
import { streamText } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

type Parts = Awaited<ReturnType<MockLanguageModelV3['doStream']>>['stream'];
type Part = Parts extends ReadableStream<infer P> ? P : never;

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 2, text: 2, reasoning: 0 },
};

/** A model that says its next word when it is told to. */
class Model {
  cancelled = new AbortController();
  #controller: ReadableStreamDefaultController<Part> | undefined;

  readonly model = new MockLanguageModelV3({
    doStream: ({ abortSignal }) => {
      abortSignal?.addEventListener('abort', () => this.cancelled.abort());
      const stream = new ReadableStream<Part>({
        start: (controller) => {
          this.#controller = controller;
          controller.enqueue({ type: 'text-start', id: '1' });
        },
        cancel: () => this.cancelled.abort(),
      });
      return Promise.resolve({ stream });
    },
  });

  say(delta: string): void {
    this.#controller?.enqueue({ type: 'text-delta', id: '1', delta });
  }

  end(): void {
    this.#controller?.enqueue({ type: 'text-end', id: '1' });
    this.#controller?.enqueue({ type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage });
    this.#controller?.close();
  }
}

const KINDS = {
  ui: (result: ReturnType<typeof streamText>) =>
    result.toUIMessageStreamResponse({ headers: { 'x-own': 'kept' } }),
  text: (result: ReturnType<typeof streamText>) =>
    result.toTextStreamResponse({ headers: { 'x-own': 'kept' } }),
};

let app: TestServer;
let model: Model;
let given: Headers;

beforeAll(async () => {
  app = await startTestServer();
  for (const [kind, toResponse] of Object.entries(KINDS)) {
    app.server.router.addRoute('GET', `/${kind}`, {
      handler: (ctx) => {
        const response = toResponse(
          streamText({ model: model.model, prompt: 'Hi', abortSignal: ctx.request.signal }),
        );
        given = response.headers;
        return response;
      },
    });
  }
});
afterAll(() => app.close());

describe.each(['http1', 'http2'] as const)('an answer of the AI SDK, %s', (client) => {
  const ask = (path: string, init?: Parameters<TestServer['http1']['request']>[1]): Promise<Response> => {
    model = new Model();
    return app[client].request(path, init);
  };

  /** Reads until a text has come. */
  const readUntil = async (reader: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<void> => {
    for (let read = ''; !read.includes(text);) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`The answer ended after ${read}`);
      read += Buffer.from(value).toString();
    }
  };

  test.each(['ui', 'text'] as const)('%s: headers are kept, and each chunk comes at once', async (kind) => {
    const asked = ask(`/${kind}`);
    if (kind === 'text') void said();
    const response = await asked;
    expect(response.status).toBe(200);
    // The SDK sets this one too, which HTTP/2 forbids (RFC 9113 section 8.2.2).
    given.delete('connection');
    for (const [name, value] of given) expect([name, response.headers.get(name)]).toEqual([name, value]);
    expect(response.headers.get('x-own')).toBe('kept');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    if (kind === 'ui') model.say('one');
    await readUntil(reader, 'one');
    model.say('two');
    await readUntil(reader, 'two');
    model.end();
    while (!(await reader.read()).done);
  });

  test.each(['/ui', '/text'])('%s: the model is told when the client leaves', async (path) => {
    const leaving = new AbortController();
    const asked = ask(path, { signal: leaving.signal });
    void said();
    const response = await asked;
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const { signal } = model.cancelled;
    const told = once(signal, 'abort');
    leaving.abort();
    await reader.cancel().catch(() => undefined);
    await told;
  });
});

/** Says the first word as soon as the model was asked: an answer of text has no chunk before. */
async function said(): Promise<void> {
  while (model.model.doStreamCalls.length === 0) await new Promise((resolve) => setImmediate(resolve));
  model.say('one');
}
