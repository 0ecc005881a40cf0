import { EventEmitter, once } from 'node:events';
import { runInNewContext } from 'node:vm';

import { ServiceUnavailableError } from '@blaizejs/errors';
import { startTestServer } from '@blaizejs/testing';
import type { Context, Logger } from '@blaizejs/types';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { onEveryTransport } from '../transports.ts';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly path?: string;
  readonly err?: { readonly message: string };
}

const told = new EventEmitter();
const lines: Line[] = [];
const errors: unknown[] = [];
beforeEach(() => {
  lines.length = errors.length = 0;
});
afterEach(() => void vi.restoreAllMocks());

/** An application's own pino, with the serializers that it has by itself. */
const logger = pino(
  { level: 'debug' },
  {
    write: (text: string) => {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      told.emit('line', line);
    },
  },
);

const left = (path: string): string => `GET ${path} failed after its client had left`;
const fail = (): never => {
  throw new Error('not to be read');
};
const cyclic = new AggregateError([], 'cyclic');
cyclic.errors.push(cyclic);
let deep = new Error('deep');
for (let level = 0; level < 20_000; level++) deep = new Error(`deep ${level}`, { cause: deep });
const { proxy: revoked, revoke } = Proxy.revocable(new Error('revoked'), {});
revoke();

const ERRORS: Record<string, { readonly thrown: unknown; readonly message: string }> = {
  frozen: { thrown: Object.freeze(new Error('frozen')), message: 'frozen' },
  cyclic: { thrown: cyclic, message: 'cyclic' },
  deep: { thrown: deep, message: 'deep 19999' },
  getter: {
    thrown: Object.defineProperty(new Error('getter'), 'more', { get: fail, enumerable: true }),
    message: 'getter',
  },
  stack: { thrown: Object.defineProperty(new Error('stack'), 'stack', { get: fail }), message: 'stack' },
  message: {
    thrown: Object.defineProperty(new Error('x'), 'message', { get: fail }),
    message: 'Thrown: a value of type object',
  },
  proxy: {
    thrown: new Proxy(new Error('x'), { get: fail, has: fail }),
    message: 'Thrown: a value of type object',
  },
  revoked: { thrown: revoked, message: 'Thrown: a value of type object' },
  realm: { thrown: runInNewContext('new TypeError("of another realm")'), message: 'of another realm' },
};

onEveryTransport(
  'an error that is hard to tell',
  () => ({ logger }),
  ({ server }) => {
    server.events.on('error', (error) => errors.push(error));
    for (const [name, { thrown }] of Object.entries(ERRORS)) {
      server.router.addRoute('GET', `/${name}`, {
        handler: () => {
          throw thrown;
        },
      });
    }
    const details = new ServiceUnavailableError('details', { details: { toJSON: fail } });
    server.router.addRoute('GET', '/details', {
      handler: () => {
        throw details;
      },
    });
    server.router.addRoute('GET', '/header', {
      handler: ({ response }) => {
        (response.headers() as Record<string, unknown>)['x-bad'] = { toString: fail };
        throw new ServiceUnavailableError('header');
      },
    });
  },
  (reach) => {
    test.each(Object.entries(ERRORS))('is told, and answered: %s', async (name, { message }) => {
      const response = await reach().request(`/${name}`);
      expect([response.status, await response.json()]).toMatchObject([500, { detail: message }]);
      expect(lines).toMatchObject([{ level: 50, path: `/${name}`, msg: message }]);
      expect(lines[0]?.err).toHaveProperty('message');
      expect(errors).toHaveLength(1);
    });

    test('is told, and answered: details that are no JSON', async () => {
      const response = await reach().request('/details');
      expect([response.status, await response.json()]).toMatchObject([503, { detail: 'details' }]);
      expect(lines).toMatchObject([{ level: 40, msg: 'details' }]);
    });

    test('if it can not be sent for a header that was set, that is told, and the client gets a 500', async () => {
      const response = await reach().request('/header');
      expect([response.status, await response.json()]).toMatchObject([
        500,
        { code: 'ERR_BLAIZE_INTERNAL_SERVER_ERROR', detail: 'Internal Server Error' },
      ]);
      expect(lines).toMatchObject([
        { level: 40, msg: 'header' },
        { level: 50, msg: 'An error could not be answered: not to be read' },
      ]);
    });
  },
);

onEveryTransport(
  'a request that was given up',
  () => ({ logger }),
  ({ server }) => {
    server.events.on('error', (error) => errors.push(error));
    const later: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
      '/fails': async () => Promise.reject(new TypeError('x is not a function')),
      '/unavailable': async () => Promise.reject(new ServiceUnavailableError('no database')),
      '/heeds': async (signal) => Promise.reject(signal.reason as Error),
      '/wraps': async (signal) => Promise.reject(new Error('no answer', { cause: signal.reason })),
    };
    for (const [path, settle] of Object.entries(later)) {
      const handler = async ({ request }: Context): Promise<unknown> => {
        const aborted = new Promise((resolve) => request.signal.addEventListener('abort', resolve));
        told.emit('waiting');
        await aborted;
        setImmediate(() => told.emit('settled'));
        return settle(request.signal);
      };
      server.router.addRoute('GET', path, { handler });
      server.router.addRoute('GET', `/slow${path}`, { handlerTimeout: 50, handler });
    }
    server.router.addRoute('GET', '/stream', {
      handler: async function* () {
        try {
          for (;;) {
            yield 'x';
            told.emit('waiting');
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
        } finally {
          // eslint-disable-next-line no-unsafe-finally -- what is tested
          throw new TypeError('the clean-up failed');
        }
      },
    });
  },
  (reach) => {
    const leave = async (path: string, until: string): Promise<void> => {
      const client = new AbortController();
      const waiting = once(told, 'waiting');
      const over = once(told, until);
      const response = reach()
        .request(path, { signal: client.signal })
        .then((head) => head.text());
      response.catch(() => undefined);
      await waiting;
      client.abort();
      await expect(response).rejects.toThrow();
      await over;
    };

    test('a handler that fails after its client left is told of', async () => {
      await leave('/fails', 'line');
      expect(lines).toMatchObject([
        {
          level: 50,
          path: '/fails',
          msg: `${left('/fails')}: x is not a function`,
          err: { message: 'x is not a function' },
        },
      ]);
      expect(errors).toMatchObject([{ message: 'x is not a function' }]);
    });

    test('at the level that it has otherwise', async () => {
      await leave('/unavailable', 'line');
      expect(lines).toMatchObject([{ level: 40, msg: `${left('/unavailable')}: no database` }]);
      expect(errors).toEqual([]);
    });

    test('a stream whose clean-up fails is told of', async () => {
      await leave('/stream', 'line');
      expect(lines).toMatchObject([{ level: 50, msg: `${left('/stream')}: the clean-up failed` }]);
    });

    test.each(['/heeds', '/wraps'])('one that only heeds its signal is no news: %s', async (path) => {
      await leave(path, 'settled');
      expect([lines, errors]).toEqual([[], []]);
    });

    test('a handler that fails after its time was up is told of, and one that heeds its signal is not', async () => {
      const failed = once(told, 'settled');
      expect((await reach().request('/slow/fails')).status).toBe(503);
      await failed;
      expect(lines.map(({ msg }) => msg).sort()).toEqual([
        'GET /slow/fails failed after its time was up: x is not a function',
        'GET /slow/fails was not answered within 50 ms.',
      ]);
      lines.length = 0;
      const heeded = once(told, 'settled');
      expect((await reach().request('/slow/heeds')).status).toBe(503);
      await heeded;
      expect(lines).toMatchObject([{ level: 40, msg: 'GET /slow/heeds was not answered within 50 ms.' }]);
    });
  },
);

test('no credential of a path reaches the log of an application', async () => {
  await using app = await startTestServer({ logger });
  app.server.router.addRoute('GET', '/reset/:token/*', { handler: fail });
  lines.length = 0;
  const line = once(told, 'line');
  await app.http2.request('/reset/hunter2/x;password=hunter3');
  await line;
  expect(lines).toMatchObject([{ path: '/reset/[redacted]/x;password=[redacted]' }]);
});

// Without its start and its stop, which would be told, too.
const quiet = (): void => undefined;
const broken: Logger = { debug: fail, info: quiet, warn: fail, error: fail, child: fail };

onEveryTransport(
  'a logger that throws',
  () => ({ logger: broken }),
  ({ server }) => {
    server.router.addRoute('GET', '/', {
      handler: ({ response }) => {
        response.onFinish(() => Promise.reject(new Error('listener')));
        throw new Error('boom');
      },
    });
    server.router.addRoute('GET', '/background', {
      handler: (ctx) => {
        ctx.waitUntil(Promise.reject(new Error('background')));
        return 'ok';
      },
    });
  },
  (reach) => {
    test('costs no answer and ends nothing, and the console has the last word', async () => {
      const last = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      expect((await reach().request('/')).status).toBe(500);
      expect((await reach().request('/background')).status).toBe(200);
      await vi.waitFor(() => expect(last).toHaveBeenCalledTimes(3));
      const messages = last.mock.calls.map(([, fields]) => (fields as { message: string }).message);
      expect(messages.sort()).toEqual(['A listener of onFinish() failed', 'background', 'boom']);
    });
  },
);
