import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';

import type { RequestTrace } from '@blaizejs/app';
import { startTestServer } from '@blaizejs/testing';
import type { Outcome } from '@blaizejs/types';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { onEveryTransport, WIRES } from '../transports.ts';

const finished = new EventEmitter();
const storage = new AsyncLocalStorage<string>();

const warnings: Error[] = [];
const onWarning = (warning: Error): void => void warnings.push(warning);
beforeEach(() => void process.on('warning', onWarning));
afterEach(() => {
  process.off('warning', onWarning);
  expect(warnings.splice(0)).toEqual([]);
});

onEveryTransport(
  'onFinish()',
  () => ({ mode: 'production' }),
  ({ server }) => {
    server.events.on('error', () => undefined);
    server.use(({ response }, next) => {
      response.onFinish((outcome) => finished.emit('finish', outcome));
      return next();
    });
    server.router.addRoute('GET', '/hello/:name', { handler: () => 'hellö' });
    server.router.addRoute('GET', '/stream', {
      handler: async function* () {
        yield 'one';
        yield new Uint8Array(5);
      },
    });
    server.router.addRoute('GET', '/many', {
      handler: ({ response }) => {
        for (let i = 0; i < 50; i++) {
          storage.run(`context ${i}`, () => {
            response.onFinish(() => finished.emit('many', storage.getStore()));
          });
        }
        return 'ok';
      },
    });
    server.router.addRoute('GET', '/throws', {
      handler: ({ response }) => {
        const hostile = new Proxy(new Error('x'), {
          get: () => {
            throw new Error('not to be read');
          },
        });
        const failures: (() => unknown)[] = [
          () => {
            throw new Error('a listener');
          },
          () => {
            throw hostile;
          },
          () => Promise.reject(new Error('later')),
          () => ({
            then: (_resolve: unknown, reject: (error: Error) => void) => reject(new Error('thenable')),
          }),
        ];
        for (const fail of failures) response.onFinish(fail);
        return 'ok';
      },
    });
  },
  (reach) => {
    const outcomeOf = async (path: string, method = 'GET'): Promise<Outcome> => {
      const [[outcome]] = await Promise.all([
        once(finished, 'finish') as Promise<[Outcome]>,
        reach()
          .request(path, { method })
          .then((response) => response.text()),
      ]);
      return outcome;
    };

    test('tells status, bytes, route and time', async () => {
      const outcome = await outcomeOf('/hello/ada');
      expect(outcome).toMatchObject({ status: 200, aborted: false, bytes: 6 });
      expect(outcome.route).toMatchObject({ method: 'GET', pattern: '/hello/:name', params: ['name'] });
      expect(outcome.duration).toBeGreaterThan(0);
      expect(await outcomeOf('/stream')).toMatchObject({ status: 200, bytes: 8 });
      expect(await outcomeOf('/hello/ada', 'HEAD')).toMatchObject({ status: 200, bytes: 0 });
      expect(await outcomeOf('/nowhere')).toMatchObject({ status: 404, route: undefined });
    });

    test('any number of listeners hear it, each in the context in which it was added', async () => {
      const contexts: string[] = [];
      const listen = (context: string): void => void contexts.push(context);
      finished.on('many', listen);
      await outcomeOf('/many');
      finished.off('many', listen);
      expect(contexts).toEqual(Array.from({ length: 50 }, (_, i) => `context ${i}`));
    });

    test('a listener that throws keeps neither the others nor the server from going on', async () => {
      expect(await outcomeOf('/throws')).toMatchObject({ status: 200 });
      expect((await reach().request('/hello/x')).status).toBe(200);
    });
  },
);

onEveryTransport(
  'an answer through `raw`',
  () => ({ mode: 'production' }),
  ({ server }) => {
    server.use(({ response }, next) => {
      response.onFinish((outcome) => finished.emit('finish', outcome));
      return next();
    });
    server.router.addRoute('GET', '/', {
      handler: ({ response: { raw } }) => {
        if (raw && 'writeHead' in raw) raw.writeHead(207).end('raw');
        else if (raw) {
          raw.respond({ ':status': 207 });
          raw.end('raw');
        }
      },
    });
  },
  (reach) => {
    test('has its status', async () => {
      const errors: Error[] = [];
      reach().app.server.events.on('error', (error) => void errors.push(error));
      const [[outcome], response] = await Promise.all([
        once(finished, 'finish') as Promise<[Outcome]>,
        reach().request('/'),
      ]);
      expect(await response.text()).toBe('raw');
      expect(errors).toEqual([]);
      expect(outcome).toMatchObject({ status: 207, aborted: false });
    });
  },
  WIRES,
);

onEveryTransport(
  'the request channel',
  () => ({ mode: 'production' }),
  ({ server }) => {
    server.events.on('error', () => undefined);
    server.router.addRoute('GET', '/users/:id', {
      handler: async ({ request }) => Promise.resolve(request.params),
    });
    server.router.addRoute('GET', '/fails', {
      handler: () => {
        throw new Error('oops');
      },
    });
  },
  (reach) => {
    test('tells when a request begins, fails and is over', async () => {
      const events: string[] = [];
      const over = new EventEmitter();
      const listeners = ['start', 'end', 'error', 'asyncEnd'].map((event) => {
        const listener = (message: unknown): void => {
          const { route, status, error } = message as RequestTrace;
          events.push([event, route?.pattern, status, error?.message].join(' ').trim());
          if (event === 'asyncEnd') over.emit('over');
        };
        subscribe(`tracing:blaizejs.request:${event}`, listener);
        return [`tracing:blaizejs.request:${event}`, listener] as const;
      });
      for (const path of ['/users/1', '/fails', '/nowhere']) {
        const [response] = await Promise.all([reach().request(path), once(over, 'over')]);
        await response.text();
      }
      for (const [name, listener] of listeners) unsubscribe(name, listener);
      // In process, what is sent at once is over at once.
      const status = reach().transport === 'in process' ? [500, 404] : [0, 0];
      expect(events).toEqual([
        'start /users/:id 0',
        'end /users/:id 0',
        'asyncEnd /users/:id 200',
        'start /fails 0',
        `end /fails ${status[0]} oops`,
        'error /fails 500 oops',
        'asyncEnd /fails 500 oops',
        'start  0',
        `end  ${status[1]} There is nothing at /nowhere.`,
        'error  404 There is nothing at /nowhere.',
        'asyncEnd  404 There is nothing at /nowhere.',
      ]);
    });
  },
);

test('many pipelined requests that are listened to are no leak', async () => {
  await using app = await startTestServer({ http2: { enabled: false } });
  let count = 0;
  const all = new Promise<void>((resolve) => {
    app.server.use(({ request, response }, next) => {
      expect(request.signal.aborted).toBe(false);
      response.onFinish(() => (count += 1) === 40 && resolve());
      response.onFinish(() => undefined);
      return next();
    });
  });
  app.server.router.addRoute('GET', '/', { handler: () => Readable.from(['a', 'b']) });
  const socket = connect({ port: app.server.port, host: 'localhost' });
  socket.resume().write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(40));
  await all;
  socket.destroy();
});
