import { EventEmitter, once } from 'node:events';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

import { useContext } from '@blaizejs/context';
import { createClient, startTestServer } from '@blaizejs/testing';
import { describe, expect, test } from 'vitest';

import { compress } from '../../src/compress.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';
import { CODINGS, decoded, decodedParts } from './decode.ts';

/** Tells a handler to go on. */
const go = new EventEmitter();

onEveryWay(
  'streams that compress() encodes',
  () => ({ mode: 'production', logger: false, middleware: [compress()] }),
  (router) => {
    for (const [path, type] of [
      ['/events', 'text/event-stream'],
      ['/lines', 'application/x-ndjson; charset=utf-8'],
      ['/page', 'text/html; charset=utf-8'],
    ] as const) {
      router.addRoute('GET', path, {
        handler: ({ response }) =>
          response.type(type).stream(
            (async function* () {
              for (let i = 0; i < 3; i++) {
                yield `data: ${i}\n\n`;
                await once(go, 'on');
              }
            })(),
          ),
      });
    }
    router.addRoute('GET', '/many', {
      handler: ({ response }) =>
        response
          .type('application/x-ndjson')
          .stream(Readable.from(Array.from({ length: 5000 }, (_, i) => `${i}\n`))),
    });
    router.addRoute('GET', '/kinds', {
      handler: ({ response }) =>
        response.type('text/plain').stream(
          (async function* () {
            yield 'ä';
            await setImmediate();
            yield '';
            yield new Uint8Array([98]);
            yield new Uint16Array([0x6363]) as never;
            yield Buffer.alloc(0);
          })(),
        ),
    });
    router.addRoute('GET', '/empty', {
      handler: ({ response }) => response.type('text/plain').stream(Readable.from([])),
    });
    router.addRoute('GET', '/context', {
      handler: ({ response }) =>
        response.type('text/plain').stream(
          (async function* () {
            for (let i = 0; i < 50; i++) {
              await setImmediate();
              yield `${useContext().request.path} `.repeat(1000);
            }
          })(),
        ),
    });
    router.addRoute('GET', '/trailers', {
      handler: ({ response }) =>
        response
          .type('text/plain')
          .trailers(() => ({ 'x-count': '1' }))
          .stream(Readable.from(['one'])),
    });
  },
  (reach) => {
    const get = (path: string, coding: string): Promise<Response> =>
      reach().request(path, { headers: { 'accept-encoding': coding } });

    describe.each(CODINGS)('%s', (coding) => {
      test.each(['/events', '/lines', '/page'])(
        'each part of %s arrives before the next is made',
        async (path) => {
          const response = await get(path, coding);
          expect(response.headers.get('content-encoding')).toBe(coding);
          let read = '';
          let count = 0;
          for await (const part of decodedParts(response)) {
            read += part;
            if (read.split('\n\n').length - 1 > count) {
              count += 1;
              go.emit('on');
            }
          }
          expect(read).toBe('data: 0\n\ndata: 1\n\ndata: 2\n\n');
        },
      );

      test('many small parts become fewer', async () => {
        const response = await get('/many', coding);
        const size = (await response.clone().arrayBuffer()).byteLength;
        // Each on its own would take at least 6 bytes more than its text.
        expect(size).toBeLessThan(15_000);
        expect((await decoded(response)).split('\n')).toHaveLength(5001);
      });

      test.each([
        ['/kinds', 'äbcc'],
        ['/empty', ''],
        ['/context', '/context '.repeat(50_000)],
        ['/trailers', 'one'],
      ])('%s is complete', async (path, text) => {
        expect(await decoded(await get(path, coding))).toBe(text);
      });
    });
  },
);

describe.each(['http1', 'http2'] as const)('when the server stops, %s', (protocol) => {
  test.each(CODINGS)('an event stream in %s is complete', async (coding) => {
    const app = await startTestServer({ logger: false, middleware: [compress()] });
    let aborted = false;
    app.server.router.addRoute('GET', '/', {
      handler: ({ request, response }) =>
        response.type('text/event-stream').stream(
          (async function* () {
            yield 'data: 1\n\n';
            await once(request.signal, 'abort');
            aborted = true;
            throw request.signal.reason;
          })(),
        ),
    });
    await using client = createClient(app.url, { protocol });
    const response = await client.request('/', { headers: { 'accept-encoding': coding } });
    let read = '';
    let closing: Promise<void> | undefined;
    for await (const part of decodedParts(response)) {
      read += part;
      closing ??= app.close();
    }
    await closing;
    expect([read, aborted]).toEqual(['data: 1\n\n', true]);
  });
});
