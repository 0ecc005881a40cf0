import { once } from 'node:events';
import { Agent, type IncomingMessage, request as requestHttp1 } from 'node:http';
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { Agent as SecureAgent, request as requestHttps } from 'node:https';
import { setImmediate } from 'node:timers/promises';

import type { AnyContext, ContextRequest } from '@blaizejs/types';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { onEveryTransport, type Reached } from '../transports.ts';

const KIB = 1024;
const SIZES = [0, 1, 16 * KIB, 64 * KIB, KIB * KIB];

/** How long a handler waits before it reads or answers. */
const TURNS: Record<string, () => Promise<unknown> | undefined> = {
  'in the same turn': () => undefined,
  'a microtask later': () => Promise.resolve(),
  // By then, as much of the body has arrived as the window allows.
  later: async () => {
    for (let turn = 0; turn < 10; turn++) await setImmediate();
  },
};

const READERS: Record<string, (request: ContextRequest) => Promise<number>> = {
  'bytes()': async (request) => (await request.bytes()).length,
  'text()': async (request) => (await request.text()).length,
  'stream()': async (request) => {
    let size = 0;
    for await (const chunk of request.stream()) size += (chunk as Buffer).length;
    return size;
  },
};

interface Answer {
  readonly status: number;
  readonly size: number;
  readonly give: (ctx: AnyContext) => unknown;
}

const bytes = (size: number): Buffer => Buffer.alloc(size, 'a');

const ANSWERS: Record<string, Answer> = {
  '204': { status: 204, size: 0, give: ({ response }) => response.status(204) },
  '304': { status: 304, size: 0, give: ({ response }) => response.status(304) },
  redirect: { status: 302, size: 0, give: ({ response }) => response.redirect('/elsewhere') },
  'empty 200': { status: 200, size: 0, give: ({ response }) => response.status(200) },
  text: { status: 200, size: 2, give: () => 'ok' },
  'much content': { status: 200, size: 300 * KIB, give: () => bytes(300 * KIB) },
  'a stream': {
    status: 200,
    size: 100 * KIB,
    give: async function* () {
      for (let i = 0; i < 10; i++) yield await Promise.resolve(bytes(10 * KIB));
    },
  },
};

/** How a request was answered. */
interface Outcome {
  readonly status: number;
  readonly size: number;
  /** Whether the answer arrived in full, and ended as one that did. */
  readonly complete: boolean;
}

/** A client that stays usable if an answer ends its upload. */
class Client {
  readonly #reached: Reached;
  readonly #session: ClientHttp2Session | undefined;
  readonly #agent: Agent;

  constructor(reached: Reached) {
    this.#reached = reached;
    this.#agent = new (reached.transport === 'HTTP/1.1' ? Agent : SecureAgent)({ keepAlive: true });
    // Node (20 to 26) counts what is left of a reset upload as memory in use for as long as the session lives.
    if (reached.transport === 'HTTP/2')
      this.#session = connectHttp2(reached.app.url, { maxSessionMemory: 1000 });
  }

  post(path: string, size: number, known: boolean): Promise<Outcome> {
    const fields = known ? { 'content-length': String(size) } : {};
    return this.#session
      ? this.#overHttp2(this.#session, path, size, fields)
      : this.#overHttp1(path, size, fields);
  }

  close(): void {
    this.#session?.destroy();
    this.#agent.destroy();
  }

  async #overHttp2(
    session: ClientHttp2Session,
    path: string,
    size: number,
    fields: Record<string, string>,
  ): Promise<Outcome> {
    const stream = session.request({ ':method': 'POST', ':path': path, ...fields });
    let status = 0;
    let received = 0;
    stream
      .on('error', () => undefined)
      .on('response', (headers: IncomingHttpHeaders & { ':status'?: number }) => {
        status = headers[':status'] ?? 0;
      })
      .on('data', (chunk: Buffer) => (received += chunk.length));
    stream.end(bytes(size));
    await new Promise((resolve) => stream.once('close', resolve));
    return {
      status,
      size: received,
      complete: stream.readableEnded && stream.rstCode === constants.NGHTTP2_NO_ERROR,
    };
  }

  async #overHttp1(path: string, size: number, fields: Record<string, string>): Promise<Outcome> {
    const { port } = this.#reached.app.server;
    const request = this.#reached.transport === 'HTTP/1.1' ? requestHttp1 : requestHttps;
    const headers = 'content-length' in fields ? fields : { 'transfer-encoding': 'chunked' };
    const options = { host: 'localhost', port, path, method: 'POST', headers, agent: this.#agent };
    const sent = request(options);
    // The server may cut off an upload once it has answered.
    sent.on('error', () => undefined);
    sent.end(bytes(size));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let received = 0;
    response.on('data', (chunk: Buffer) => (received += chunk.length)).on('error', () => undefined);
    await new Promise((resolve) => response.once('close', resolve));
    return { status: response.statusCode ?? 0, size: received, complete: response.complete };
  }
}

// Whether the size is announced matters if there is nothing to read, and if there is more than a window's worth.
const CASES = [
  ...SIZES.map((size) => ({ size, known: true })),
  ...[0, 64 * KIB].map((size) => ({ size, known: false })),
];

/** What each handler read: the size of the body, or that it broke off. */
const readings: Promise<number | 'broken'>[] = [];

onEveryTransport(
  'a body',
  () => ({ bodyLimit: 2 * KIB * KIB }),
  ({ server: { router } }) => {
    for (const [turnName, wait] of Object.entries(TURNS)) {
      for (const [answerName, { give }] of Object.entries(ANSWERS)) {
        router.addRoute('POST', pathOf('unread', turnName, answerName), {
          handler: (ctx) => {
            const waiting = wait();
            return waiting ? waiting.then(() => give(ctx)) : give(ctx);
          },
        });
        for (const [readerName, read] of Object.entries(READERS)) {
          router.addRoute('POST', pathOf('first', turnName, answerName, readerName), {
            handler: async (ctx) => {
              const waiting = wait();
              if (waiting) await waiting;
              const size = await read(ctx.request);
              readings.push(Promise.resolve(size));
              return give(ctx);
            },
          });
          router.addRoute('POST', pathOf('behind', turnName, answerName, readerName), {
            handler: (ctx) => {
              const reading = (async () => {
                const waiting = wait();
                if (waiting) await waiting;
                return read(ctx.request);
              })().catch(() => 'broken' as const);
              readings.push(reading);
              return give(ctx);
            },
          });
        }
      }
    }
  },
  (reach) => {
    let client: Client;
    beforeEach(() => void (client = new Client(reach())));
    afterEach(() => client.close());

    /** Tries each answer with each body, and returns what went wrong. `read` is undefined if the handler does not read. */
    async function tryAll(
      answers: readonly string[],
      toPath: (answer: string) => string,
      isRight: (read: number | 'broken' | undefined, size: number) => boolean,
    ): Promise<string[]> {
      const wrong: string[] = [];
      for (const name of answers) {
        const { status, size: length } = ANSWERS[name] as Answer;
        for (const { size, known } of CASES) {
          readings.length = 0;
          const outcome = await client.post(toPath(name), size, known);
          const read = await readings[0];
          const answered = outcome.status === status && outcome.size === length && outcome.complete;
          if (answered && isRight(read, size)) continue;
          const body = `${size} bytes ${known ? 'announced' : 'not announced'}`;
          wrong.push(`${name} to ${body}: ${JSON.stringify({ ...outcome, read })}`);
        }
      }
      return wrong;
    }

    const all = Object.keys(ANSWERS);
    const some = ['204', 'text', 'a stream'];
    const reads = Object.keys(TURNS).flatMap((turn) =>
      Object.keys(READERS).map((reader) => [reader, turn] as const),
    );

    test.each(Object.keys(TURNS))('that nobody reads is answered in full, %s', async (turn) => {
      const wrong = await tryAll(
        all,
        (answer) => pathOf('unread', turn, answer),
        (read) => read === undefined,
      );
      expect(wrong).toEqual([]);
    });

    test.each(reads)('is read by %s %s, and then answered', async (reader, turn) => {
      const toPath = (answer: string): string => pathOf('first', turn, answer, reader);
      expect(await tryAll(some, toPath, (read, size) => read === size)).toEqual([]);
    });

    const [[sameTurn = ''] = [], ...laterTurns] = Object.keys(TURNS).map((turn) => [turn]);
    // text() reads as bytes() does.
    const readers = ['bytes()', 'stream()'];

    test.each(readers)('is answered while it is read by %s, and read to its end', async (reader) => {
      const toPath = (answer: string): string => pathOf('behind', sameTurn, answer, reader);
      expect(await tryAll(some, toPath, (read, size) => read === size)).toEqual([]);
    });

    const late = laterTurns.flatMap(([turn = '']) => readers.map((reader) => [reader, turn] as const));

    test.each(late)('is answered, and read by %s %s, as a whole or not at all', async (reader, turn) => {
      const toPath = (answer: string): string => pathOf('behind', turn, answer, reader);
      const isRight = (read: unknown, size: number): boolean => read === size || read === 'broken';
      expect(await tryAll(some, toPath, isRight)).toEqual([]);
    });
  },
  ['HTTP/1.1', 'HTTP/2'],
);

function pathOf(...parts: string[]): string {
  return `/${parts.join('/').replaceAll(/[ ()]+/g, '-')}`;
}
