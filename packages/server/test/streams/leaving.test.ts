import { EventEmitter, once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';

import { compress } from '@blaizejs/middleware/compress';
import { describe, expect, test, vi } from 'vitest';

import { onEveryTransport, type Reached, WIRES } from '../transports.ts';
import { openHttp1 } from '../wire/send-raw.ts';
import { nextProbe, pathOf, serveSources } from './serve.ts';
import { KIND_NAMES } from './sources.ts';

/** Asks for a path, and gives the ways in which the client can leave once the first bytes have come. */
async function begin(reached: Reached, path: string): Promise<Record<string, () => void>> {
  if (reached.transport === 'HTTP/2') {
    const session = connectHttp2(reached.app.url);
    const stream = session.request({ ':path': path, 'accept-encoding': 'gzip' });
    stream.on('error', () => undefined);
    await once(stream, 'data');
    return {
      resets: () => {
        stream.close(constants.NGHTTP2_CANCEL);
        session.close();
      },
      ends: () => session.destroy(),
    };
  }
  const socket = await openHttp1(reached);
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n`);
  await once(socket, 'data');
  return { resets: () => socket.resetAndDestroy(), ends: () => socket.destroy() };
}

const left: unknown[] = [];
const told = new EventEmitter();

describe.each([
  ['as it is', []],
  ['compressed', [compress()]],
])('a source that is sent %s', (_how, middleware) => {
  onEveryTransport(
    'to a client that leaves',
    () => ({ middleware: [...middleware] }),
    (app) => {
      serveSources(app);
      app.server.events.on('error', (error) => left.push(error));
    },
    (reach) => {
      // Node cannot reset a TLS connection.
      const ways = (): string[] =>
        reach().transport === 'HTTP/1.1 over TLS' ? ['ends'] : ['resets', 'ends'];

      test.each(
        KIND_NAMES.flatMap((kind) =>
          (['waiting', 'endless'] as const).map((script) => [kind, script] as const),
        ),
      )('is let go, and the signal is aborted: %s, %s', async (kind, script) => {
        left.length = 0;
        for (const way of ways()) {
          const made = nextProbe();
          const leave = await begin(reach(), `${pathOf(kind, script)}?type=events`);
          const probe = await made;
          expect(probe.signal?.aborted).toBe(false);
          leave[way]?.();
          await probe.released;
          expect(probe.signal?.aborted).toBe(true);
        }
        // That a client leaves is not an error.
        expect(left).toEqual([]);
      });
    },
    WIRES,
  );
});

onEveryTransport(
  'a generator that waits without watching the signal',
  () => ({}),
  ({ server }) => {
    server.router.addRoute('GET', '/', {
      handler: (ctx) => {
        ctx.response.type('text/event-stream').onFinish((outcome) => told.emit('finished', outcome.aborted));
        return (async function* () {
          try {
            yield 'first';
            await once(told, 'at last');
            yield 'second';
            told.emit('went on');
          } finally {
            told.emit('let go');
          }
        })();
      },
    });
  },
  (reach) => {
    test('is let go as soon as it has waited, and holds nothing until then', async () => {
      const finished = once(told, 'finished');
      const leave = await begin(reach(), '/');
      const wentOn = vi.fn();
      told.once('went on', wentOn);
      leave['ends']?.();
      expect(await finished).toEqual([true]);
      const letGo = once(told, 'let go');
      told.emit('at last');
      await letGo;
      expect(wentOn).not.toHaveBeenCalled();
    });
  },
  WIRES,
);
