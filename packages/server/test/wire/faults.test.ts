import { Readable, Writable } from 'node:stream';
import type { ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';

import { HttpError } from '@blaizejs/errors';
import type { Context, RouteOptions } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { onEveryTransport } from '../transports.ts';

const circular: Record<string, unknown> = {};
circular.self = circular;
const throwing = (what: string): never => {
  throw new Error(what);
};
const rejected = (error: unknown): Promise<never> => {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- that is the fault
  return Promise.reject(error);
};

const notJson: Record<string, unknown> = {
  'what refers to itself': circular,
  'a BigInt': { n: 1n },
  'what throws as it is turned into JSON': { toJSON: () => throwing('no') },
  'what is no JSON once it is turned into it': { toJSON: () => undefined },
  'what throws as it is read': {
    get n() {
      return throwing('no');
    },
  },
  'a proxy that throws': new Proxy({}, { ownKeys: () => throwing('no') }),
  'a symbol': Symbol('x'),
  'a function': () => 1,
};

const unprintable = new Error();
Object.defineProperty(unprintable, 'message', { get: () => throwing('no') });

const thrown: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  'a text': 'text',
  'a BigInt': 1n,
  'an object without a prototype': Object.create(null),
  'what refers to itself': circular,
  'an error that causes itself': Object.assign(new Error('x'), { cause: unprintable }),
  'an HttpError whose details refer to themselves': new HttpError(500, 'x', { details: circular }),
};

const answers: Record<string, RouteOptions['handler']> = {
  'a stream that fails at once': () =>
    new Readable({
      read() {
        this.destroy(new Error('no'));
      },
    }),
  'a stream that was destroyed': () => new Readable().destroy(),
  'a stream that has failed': () => new Readable().on('error', () => undefined).destroy(new Error('no')),
  'a Web stream that fails at once': () =>
    new ReadableStream({ start: (controller) => controller.error(new Error('no')) }),
  'a Web stream that is being read': () => {
    const stream = new ReadableStream();
    stream.getReader();
    return stream;
  },
  'a generator that throws at once': async function* () {
    await Promise.resolve();
    yield throwing('no');
  },
  'an iterable whose iterator throws': () => ({ [Symbol.asyncIterator]: () => throwing('no') }),
  'an iterable whose next() throws': () => ({
    [Symbol.asyncIterator]: () => ({ next: () => throwing('no') }),
  }),
  'an iterable whose iterator is none': () => ({ [Symbol.asyncIterator]: () => 1 }),
  'what can only be written to': () => new Writable(),
  'a thenable that throws': () => ({ then: () => throwing('no') }),
  'a thenable that rejects': () => ({
    then: (_resolve: unknown, reject: (error: Error) => void) => reject(new Error('no')),
  }),
  'a Response whose content was read': async () => {
    const response = new Response('x');
    await response.text();
    return response;
  },
  'a Response that is a network error': () => Response.error(),
};

const statuses = [0, 99, 101, 199, 600, 1000, -200, 200.5, Number.NaN, Infinity, '200', null];

/** Writes the beginning of an answer past the framework. */
function begin({ response: { raw } }: Context): void {
  if (!raw) return throwing('This has no wire.');
  if ('respond' in raw) raw.respond({ ':status': 200 });
  else raw.writeHead(200, { 'content-length': 100 });
  raw.write('begun');
}

const entries = <T>(table: Record<string, T>): string[] => Object.keys(table);

onEveryTransport(
  'a handler at fault',
  () => ({}),
  ({ server: { router } }) => {
    const add = (path: string, handler: RouteOptions['handler']): void => {
      router.addRoute('GET', path, { handler });
    };
    const named = (ctx: Context): string => (ctx.request.params as { what: string }).what;
    add('/value/:what', (ctx) => notJson[named(ctx)]);
    add('/json/:what', (ctx) => ctx.response.json(notJson[named(ctx)]));
    add('/thrown/:what', (ctx) => {
      throw thrown[named(ctx)];
    });
    add('/rejected/:what', (ctx) => rejected(thrown[named(ctx)]));
    add('/answer/:what', (ctx) => answers[named(ctx)]?.(ctx));
    add('/status/:what', (ctx) => ctx.response.status(statuses[Number(named(ctx))] as number));
    add('/twice', (ctx) => {
      ctx.response.status(201).text('first');
      return ctx.response.json({ second: true });
    });
    add('/head-then-throws', (ctx) => {
      begin(ctx);
      throw new Error('too late');
    });
    add('/unprintable', () => {
      throw unprintable;
    });
    add('/whole-then-throws', ({ response }) => {
      const raw = response.raw as ServerResponse | ServerHttp2Stream;
      raw.end('whole');
      throw new Error('too late');
    });
    add('/whole-then-answers', ({ response }) => {
      const raw = response.raw as ServerResponse | ServerHttp2Stream;
      raw.end('whole');
      return 'too late';
    });
    add('/ok', () => 'ok');
  },
  (reach) => {
    /** Asks for something that fails; gives what clients and listeners are told. */
    const ask = async (path: string): Promise<{ response: Response; told: Error[] }> => {
      const told: Error[] = [];
      const listener = (error: Error): number => told.push(error);
      const { events } = reach().app.server;
      events.on('error', listener);
      const response = await reach().request(path);
      events.off('error', listener);
      return { response, told };
    };

    const isFault = async (path: string): Promise<void> => {
      const { response, told } = await ask(path);
      expect(response.status).toBe(500);
      expect(await response.json()).toMatchObject({ status: 500, title: 'Internal Server Error' });
      expect(told).toHaveLength(1);
      expect(await (await reach().request('/ok')).text()).toBe('ok');
    };

    test.each(entries(notJson))('%s is no answer, and said so', async (what) => {
      await isFault(`/value/${what}`);
      await isFault(`/json/${what}`);
    });

    test.each(entries(thrown))('to throw %s is a 500 (RFC 9110 section 15.6.1)', async (what) => {
      await isFault(`/thrown/${what}`);
      await isFault(`/rejected/${what}`);
    });

    test.each(entries(answers))('%s is a 500', (what) => isFault(`/answer/${what}`));

    test.each(statuses.map((status, index) => [status, index]))(
      '%s is no status (RFC 9110 section 15)',
      (_status, index) => isFault(`/status/${index}`),
    );

    test('of two answers the last one counts, with the status that was set', async () => {
      const { response, told } = await ask('/twice');
      expect([response.status, await response.json(), told]).toEqual([201, { second: true }, []]);
    });

    test('an error that cannot be printed is described to listeners, and still gets problem details', async () => {
      const { response, told } = await ask('/unprintable');
      const detail = 'Thrown: a value of type object';
      expect([response.status, await response.json()]).toMatchObject([500, { status: 500, detail }]);
      expect(told.map(({ message, cause }) => [message, cause === unprintable])).toEqual([[detail, true]]);
    });

    test('an answer that was begun by other means does not look whole (RFC 9112 section 8, RFC 9113 section 8.1)', async () => {
      if (reach().transport === 'in process') return;
      const answer = reach().request('/head-then-throws');
      await expect(answer.then((response) => response.text())).rejects.toThrow();
    });

    test.each(['/whole-then-throws', '/whole-then-answers'])(
      '%s: an answer that was ended by other means stands',
      async (path) => {
        if (reach().transport === 'in process') return;
        const { response } = await ask(path);
        expect([response.status, await response.text()]).toEqual([200, 'whole']);
      },
    );
  },
);
