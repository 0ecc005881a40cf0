import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { constants, connect as connectHttp2, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';

import type { Context } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { onEveryTransport, type Reached, WIRES } from '../transports.ts';
import { openHttp1 } from './send-raw.ts';

const told = new EventEmitter();
let source: Readable;

/** Reports how a request ends, without holding on to it. */
function watch(ctx: Context): void {
  const { request, response } = ctx;
  const { signal } = request;
  response.onFinish(({ aborted }) => told.emit('finished', { aborted, signal: signal.aborted }));
}

/** A request in progress, and the ways in which its client can leave. */
interface Begun {
  /** Sends some of the 100,000 bytes of content that were announced. */
  write(content: string): void;
  /** The first bytes of the answer. */
  readonly answered: Promise<unknown>;
  readonly leave: Record<string, () => void>;
}

async function begin(reached: Reached, method: string, path: string): Promise<Begun> {
  const announced = method === 'POST' ? { 'content-length': '100000' } : undefined;
  if (reached.transport === 'HTTP/2') {
    const session = connectHttp2(reached.app.url);
    const stream = session.request(
      { ':method': method, ':path': path, ...announced },
      { endStream: !announced },
    );
    stream.on('error', () => undefined);
    return {
      write: (content) => stream.write(content),
      answered: once(stream, 'data'),
      leave: {
        'resets its stream': () => {
          stream.close(constants.NGHTTP2_CANCEL);
          session.close();
        },
        'ends its connection': () => session.destroy(),
      },
    };
  }
  const socket = await openHttp1(reached);
  socket.on('error', () => undefined);
  const length = announced ? `Content-Length: ${announced['content-length']}\r\n` : '';
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${length}\r\n`);
  return {
    write: (content) => socket.write(content),
    answered: once(socket, 'data'),
    leave: {
      'ends its connection': () => socket.destroy(),
      'resets its connection': () => void socket.resetAndDestroy(),
    },
  };
}

// Node cannot reset a TLS connection.
const WAYS: Record<string, readonly string[]> = {
  'HTTP/1.1': ['ends its connection', 'resets its connection'],
  'HTTP/1.1 over TLS': ['ends its connection'],
  'HTTP/2': ['ends its connection', 'resets its stream'],
};

const UPLOADS = new Set(['/bytes', '/fails', '/stream']);

onEveryTransport(
  'a client that leaves',
  () => ({}),
  ({ server: { router, events } }) => {
    events.on('error', (error) => told.emit('fault', error));
    const causes: Record<string, (signal: AbortSignal) => unknown> = {
      '/bytes': (signal) => signal.reason,
      '/fails': () => undefined,
    };
    for (const [path, causeFor] of Object.entries(causes)) {
      router.addRoute('POST', path, {
        handler: async (ctx) => {
          const { request } = ctx;
          watch(ctx);
          told.emit('entered');
          await request.bytes().catch((error: unknown) => {
            told.emit('read', error);
            throw error;
          });
          told.emit('whole');
          await once(request.signal, 'abort');
          throw new Error('the database call failed', { cause: causeFor(request.signal) });
        },
      });
    }
    router.addRoute('POST', '/stream', {
      handler: async (ctx) => {
        watch(ctx);
        told.emit('entered');
        try {
          for await (const chunk of ctx.request.stream()) told.emit('chunk', chunk);
        } catch (error) {
          told.emit('read', error);
          throw error;
        }
        return 'complete';
      },
    });
    router.addRoute('GET', '/endless', {
      handler: (ctx) => {
        watch(ctx);
        source = new Readable({
          read() {
            this.push('x'.repeat(65_536));
          },
        });
        return source;
      },
    });
    router.addRoute('GET', '/generator', {
      handler: async function* (ctx) {
        watch(ctx);
        try {
          for (;;) yield await Promise.resolve('x'.repeat(65_536));
        } finally {
          // eslint-disable-next-line no-unsafe-finally -- that is the fault
          throw new Error('could not clean up');
        }
      },
    });
    router.addRoute('GET', '/whole', {
      handler: (ctx) => {
        watch(ctx);
        return 'whole';
      },
    });
    router.addRoute('GET', '/listeners', {
      handler: (ctx) => {
        watch(ctx);
        const raw = ctx.request.raw as IncomingMessage | ServerHttp2Stream;
        const emitters = 'socket' in raw ? [raw.socket] : [raw.session as EventEmitter];
        return emitters.map((emitter) => emitter.eventNames().map((name) => emitter.listenerCount(name)));
      },
    });
  },
  (reach) => {
    const ways = (): readonly string[] => WAYS[reach().transport] ?? [];

    /** Begins a request and leaves, once in each way. Compares what `onFinish` and `error` listeners are told. */
    const leaveAt = async (
      path: string,
      until: (begun: Begun, entered: Promise<unknown>) => Promise<unknown>,
      outcome: unknown = { aborted: true, signal: true },
      fault?: string,
    ): Promise<void> => {
      const faults: unknown[] = [];
      const onFault = ({ message }: Error): number => faults.push(message);
      told.on('fault', onFault);
      for (const way of ways()) {
        const entered = once(told, 'entered');
        const finished = once(told, 'finished');
        const failed = fault === undefined ? undefined : once(told, 'fault');
        const begun = await begin(reach(), UPLOADS.has(path) ? 'POST' : 'GET', path);
        await until(begun, entered);
        begun.leave[way]?.();
        expect(await finished).toEqual([outcome]);
        await failed;
      }
      told.off('fault', onFault);
      // That a client leaves is not a fault of the server.
      expect(faults).toEqual(fault === undefined ? [] : ways().map(() => fault));
    };

    const readError = async (): Promise<unknown> =>
      ((await once(told, 'read')) as [{ code: string }])[0].code;

    test.each(['/bytes', '/stream'])('before its content: %s (RFC 9110 section 9.2.2)', async (path) => {
      const read = readError();
      await leaveAt(path, (_begun, entered) => entered);
      expect(await read).toBe('ERR_BLAIZE_REQUEST_ABORTED');
    });

    test('in the middle of its content', async () => {
      const read = readError();
      await leaveAt('/stream', async (begun, entered) => {
        await entered;
        const chunk = once(told, 'chunk');
        begun.write('x'.repeat(1000));
        await chunk;
      });
      expect(await read).toBe('ERR_BLAIZE_REQUEST_ABORTED');
    });

    const untilWhole = async (begun: Begun): Promise<void> => {
      const whole = once(told, 'whole');
      begun.write('x'.repeat(100_000));
      await whole;
    };

    test('after its content, while its answer is made', () => leaveAt('/bytes', untilWhole));

    test('while its answer is made, by a handler that then fails for a reason of its own', async () => {
      await leaveAt('/fails', untilWhole, undefined, 'the database call failed');
    });

    test('in the middle of its answer', async () => {
      await leaveAt('/endless', (begun) => begun.answered);
      if (!source.closed) await once(source, 'close');
      expect(source.destroyed).toBe(true);
    });

    test('in the middle of an answer whose generator fails to clean up', async () => {
      await leaveAt('/generator', (begun) => begun.answered, undefined, 'could not clean up');
    });

    test('after its answer is complete has not left', async () => {
      await leaveAt('/whole', (begun) => begun.answered, { aborted: false, signal: false });
    });

    test('only half, by ending its own side, still gets its answer (RFC 9112 section 9.6)', async () => {
      if (reach().transport === 'HTTP/2') return;
      const socket: Socket = await openHttp1(reach());
      socket.end('GET /whole HTTP/1.1\r\nHost: localhost\r\n\r\n');
      let text = '';
      for await (const chunk of socket.setEncoding('latin1')) text += String(chunk);
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nwhole$/);
    });

    test('never, does not accumulate listeners', async () => {
      const listeners: unknown[] = [];
      for (let i = 0; i < 20; i++) listeners.push(await (await reach().request('/listeners')).json());
      expect(listeners.at(-1)).toEqual(listeners[1]);
    });
  },
  WIRES,
);
