import { EventEmitter, once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import { BadRequestError } from '@blaizejs/errors';
import { type Context, type Middleware } from '@blaizejs/types';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { onEveryTransport, WIRES } from '../transports.ts';
import { sendRaw } from '../wire/send-raw.ts';

/** What happened, in its order. */
let log: string[] = [];
const over = new EventEmitter();

const note = (name: string): Middleware => ({
  name,
  onRequest: () => void log.push(`${name} onRequest`),
  handler: async (ctx, next) => {
    log.push(`${name} in`);
    try {
      await next();
    } finally {
      log.push(`${name} out ${ctx.response.statusCode}`);
    }
  },
  onError: (error) => void log.push(`${name} onError ${error.constructor.name}`),
  onSend: ({ response }) => void log.push(`${name} onSend ${response.statusCode}`),
});

const schema = {
  response: z.object({ id: z.string() }).refine(() => {
    log.push('schema');
    return true;
  }),
};

onEveryTransport(
  'the way out',
  () => ({ mode: 'production', limits: { handlerTimeout: 50 } }),
  ({ server }) => {
    server.events.on('error', () => undefined);
    server.use([
      {
        name: 'finish',
        onRequest: ({ response, request }) => {
          response.onFinish(({ status, aborted }) => {
            log.push(`finish ${aborted ? 'aborted' : status}`);
            over.emit(request.path);
          });
        },
      },
      note('outer'),
      note('inner'),
    ]);
    const add = (path: string, handler: (ctx: Context) => unknown, more = {}): void => {
      server.router.addRoute('GET', path, { handler: handler as () => string, ...more });
    };
    add('/value', () => ({ id: 'a', secret: 'b' }), { schema });
    add('/misfit', () => ({}), { schema });
    add('/throws', () => {
      throw new BadRequestError('No.');
    });
    add('/late', () => setTimeout(60_000, 'late', { ref: false }));
    add('/raw', ({ response }) => {
      const raw = response.raw as unknown as {
        writeHead?: (status: number, fields: object) => { end: (text: string) => void };
        respond?: (fields: object) => void;
        end: (text: string) => void;
      };
      if (raw.writeHead) raw.writeHead(202, {}).end('raw');
      else {
        raw.respond?.({ ':status': 202 });
        raw.end('raw');
      }
    });
    add('/hints', ({ response }) => {
      response.earlyHints({ link: '</a.css>; rel=preload' });
      return 'hinted';
    });
    add('/breaks', async function* () {
      yield 'one';
      await setTimeout(5);
      throw new Error('disk');
    });
  },
  (reach) => {
    const ran = async (path: string, method = 'GET'): Promise<{ status: number; log: string[] }> => {
      log = [];
      const isOver = once(over, path);
      const response = await reach().request(path, { method });
      await response.text().catch(() => undefined);
      await isOver;
      return { status: response.status, log };
    };
    const way = (...middle: string[]): string[] => [
      'outer onRequest',
      'outer in',
      'inner onRequest',
      'inner in',
      ...middle,
    ];

    test('chain, response schema, unwinding, hooks in reverse', async () => {
      expect(await ran('/value')).toEqual({
        status: 200,
        log: way(
          'schema',
          'inner out 200',
          'outer out 200',
          'inner onSend 200',
          'outer onSend 200',
          'finish 200',
        ),
      });
    });

    test('HEAD goes the way of GET', async () => {
      expect((await ran('/value', 'HEAD')).log).toEqual((await ran('/value')).log);
    });

    test.each([
      ['/misfit', 500, 'InternalServerError'],
      ['/throws', 400, 'BadRequestError'],
      ['/nowhere', 404, 'NotFoundError'],
    ])('an error: %s', async (path, status, name) => {
      const { log } = await ran(path);
      // What the status will be is not known while the chain unwinds.
      const unwinding = path === '/misfit' ? 200 : 404;
      expect(log).toEqual(
        way(
          `inner out ${unwinding}`,
          `outer out ${unwinding}`,
          `inner onError ${name}`,
          `outer onError ${name}`,
          `inner onSend ${status}`,
          `outer onSend ${status}`,
          `finish ${status}`,
        ),
      );
    });

    test('405, with its error and hooks', async () => {
      const { status, log } = await ran('/value', 'DELETE');
      expect(status).toBe(405);
      expect(log.slice(-3)).toEqual(['inner onSend 405', 'outer onSend 405', 'finish 405']);
    });

    test('a timeout, with its error and hooks', async () => {
      expect(await ran('/late')).toEqual({
        status: 503,
        log: way(
          'inner onError ServiceUnavailableError',
          'outer onError ServiceUnavailableError',
          'inner onSend 503',
          'outer onSend 503',
          'finish 503',
        ),
      });
    });

    test('an answer that breaks off has been through its hooks once', async () => {
      const { log } = await ran('/breaks');
      expect(log.filter((line) => line.includes('onSend'))).toEqual(['inner onSend 200', 'outer onSend 200']);
      expect(log.at(-1)).toMatch(/^finish/);
    });

    test('103 is seen by no hook', async () => {
      const { log } = await ran('/hints');
      expect(log.filter((line) => line.includes('onSend'))).toEqual(['inner onSend 200', 'outer onSend 200']);
    });

    test('an answer through raw is seen by no hook, and has its status in the end', async () => {
      if (reach().transport === 'in process') return;
      const { status, log } = await ran('/raw');
      expect(status).toBe(202);
      expect(log.filter((line) => line.includes('onSend'))).toEqual([]);
      expect(log).toContain('finish 202');
    });

    test('a refusal of the adapter has its error and hooks, and no chain', async () => {
      if (!WIRES.includes(reach().transport)) return;
      log = [];
      const { status } = await sendRaw(reach(), { target: '/value', fields: { expect: 'the impossible' } });
      expect(status).toBe(417);
      expect(log).toEqual([
        'inner onError HttpError',
        'outer onError HttpError',
        'inner onSend 417',
        'outer onSend 417',
      ]);
    });
  },
);
