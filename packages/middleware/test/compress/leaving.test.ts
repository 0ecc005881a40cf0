import { EventEmitter, once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import type { EncodedPayload } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { compress } from '../../src/compress.ts';
import { createMiddleware } from '../../src/create-middleware.ts';
import { onEveryWay } from '../../../../tooling/test/ways.ts';
import { CODINGS, decoded } from './decode.ts';

/** What is sent in place of a stream, and the stream itself. */
let encoder: EncodedPayload;
let source: Readable;
let produced = 0;
const made = new EventEmitter();

/** Its hook runs after that of compress(). */
const watch = createMiddleware({
  name: 'watch',
  onSend: ({ response }) => void (encoder = response.payload()),
});

const noise = (): Readable =>
  new Readable({
    read() {
      produced += 16_384;
      this.push(crypto.getRandomValues(Buffer.alloc(16_384)));
    },
  });

async function closed(stream: unknown): Promise<void> {
  if (!(stream instanceof Readable)) throw new Error('That is no stream.');
  if (!stream.closed) await once(stream, 'close');
}

onEveryWay(
  'streams that compress() encodes, when something goes wrong',
  () => ({ mode: 'production', logger: false, middleware: [watch, compress()] }),
  (router) => {
    const send = (path: string, make: () => Readable, type = 'text/plain'): void => {
      router.addRoute('GET', path, {
        handler: ({ response }) => {
          source = make();
          made.emit('source');
          return response.type(type).stream(source);
        },
      });
    };
    send('/noise', noise);
    send(
      '/idle',
      () => {
        const stream = new PassThrough();
        stream.write('data: 1\n\n');
        return stream;
      },
      'text/event-stream',
    );
    send(
      '/fails-at-once',
      () =>
        new Readable({
          read() {
            this.destroy(new Error('disk'));
          },
        }),
    );
    send('/destroyed', () => new PassThrough().destroy());
    send('/fails-midway', noise);
    send('/vanishes', noise);
    send('/number', () => Readable.from([7]));
    send('/object-midway', () => new PassThrough({ objectMode: true }));
    router.addRoute('GET', '/large', {
      handler: () => crypto.getRandomValues(Buffer.alloc(50_000)).toString('hex').repeat(40),
    });
  },
  (reach) => {
    const get = (path: string, coding = 'gzip', init: RequestInit = {}): Promise<Response> =>
      reach().request(path, {
        method: init.method ?? 'GET',
        headers: { 'accept-encoding': coding },
        ...(init.signal && { signal: init.signal }),
      });

    test.each(CODINGS)('a client that leaves ends encoder and source: %s', async (coding) => {
      for (const path of ['/noise', '/idle']) {
        const client = new AbortController();
        const response = await get(path, coding, { signal: client.signal });
        const reader = response.body?.getReader();
        await reader?.read();
        expect(encoder).not.toBe(source);
        const ends = Promise.all([closed(encoder), closed(source)]);
        client.abort();
        await reader?.cancel().catch(() => undefined);
        await ends;
      }
    });

    test.each(CODINGS)(
      'a large answer that nobody reads to its end leaves no encoder: %s',
      async (coding) => {
        const response = await get('/large', coding);
        expect(encoder).toBeInstanceOf(Readable);
        await response.body?.cancel();
        await closed(encoder);
      },
    );

    test.each(CODINGS)('a slow reader slows the source down: %s', async (coding) => {
      produced = 0;
      const response = await get('/noise', coding);
      // It stands still once every buffer is full.
      let still = 0;
      while (still < 5) {
        const before = produced;
        await sleep(20);
        still = produced === before ? still + 1 : 0;
      }
      expect(produced).toBeLessThan(8_000_000);
      await response.body?.cancel();
      await closed(encoder);
      await closed(source);
    });

    test('HEAD makes no encoder, and ends the source', async () => {
      const response = await get('/noise', 'br', { method: 'HEAD' });
      expect(response.headers.get('content-encoding')).toBe('br');
      expect(encoder).toBe(source);
      await closed(source);
    });

    test.each(['/fails-at-once', '/destroyed', '/number'])('%s is a 500', async (path) => {
      const response = await get(path);
      expect(response.status).toBe(500);
      expect(response.headers.get('content-encoding')).toBeNull();
      expect(await response.json()).toMatchObject({ status: 500 });
      await closed(source);
    });

    test.each<[string, (stream: Readable) => unknown]>([
      ['/fails-midway', (stream) => stream.destroy(new Error('disk'))],
      ['/vanishes', (stream) => stream.destroy()],
      ['/object-midway', (stream) => stream.push({ a: 1 })],
    ])('%s is broken off', async (path, fail) => {
      const making = once(made, 'source');
      const asking = get(path);
      await making;
      // The head is sent with the first part.
      if (path === '/object-midway') source.push('one');
      const reader = (await asking).body?.getReader();
      await reader?.read();
      fail(source);
      await expect(
        (async () => {
          while (!(await reader?.read())?.done);
        })(),
      ).rejects.toThrow();
      await closed(source);
      await closed(encoder);
    });

    test('nothing of that hurts the next request', async () => {
      const response = await get('/large', 'br');
      expect((await decoded(response)).length).toBe(4_000_000);
    });
  },
);
