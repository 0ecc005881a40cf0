import { once } from 'node:events';
import { Readable } from 'node:stream';

import { ndjson } from '@blaizejs/context';
import { createGetRoute, createPostRoute } from '@blaizejs/router';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { onEveryTransport, WIRES } from '../transports.ts';

const item = z.object({ id: z.number() });
/** How far each endless answer has come, by name. */
const taken = new Map<string, number>();
/** Lets the answer of that name go on. */
const gates = new Map<string, () => void>();
let ended = 0;
let objects: Readable;
let failure: unknown;
let began = 0;

onEveryTransport(
  'JSON lines',
  () => ({ logger: false }),
  ({ server }) => {
    const { router } = server;
    const response = ndjson(item);
    router.addRoute(
      'GET',
      '/two',
      createGetRoute({
        schema: { response },
        handler: async function* ({ request }) {
          yield { id: 1, secret: 'x' };
          await new Promise<void>((resolve) => gates.set(String(request.query.gate), resolve));
          yield { id: 2 };
        },
      }),
    );
    router.addRoute(
      'GET',
      '/endless',
      createGetRoute({
        schema: { response },
        handler: function* ({ request }) {
          const name = String(request.query.name);
          try {
            for (let id = 1; ; id++) {
              taken.set(name, id);
              yield { id };
            }
          } finally {
            ended += 1;
          }
        },
      }),
    );
    router.addRoute(
      'GET',
      '/objects',
      createGetRoute({
        schema: { response },
        handler: () => (objects = new Readable({ objectMode: true, read: () => undefined })),
      }),
    );
    router.addRoute(
      'GET',
      '/breaks',
      createGetRoute({
        schema: { response },
        handler: async function* ({ request }) {
          yield { id: 1 };
          await new Promise<void>((resolve) => gates.set(String(request.query.gate), resolve));
          yield { id: 'x' as unknown as number };
        },
      }),
    );
    router.addRoute(
      'GET',
      '/fails-at-once',
      createGetRoute({
        schema: { response },
        handler: () => [{ id: 'x' as unknown as number }],
      }),
    );
    router.addRoute(
      'POST',
      '/sum',
      createPostRoute({
        schema: { body: ndjson(item) },
        handler: async ({ request }) => {
          let sum = 0;
          for await (const { id } of request.body) sum += id;
          return { sum };
        },
      }),
    );
    router.addRoute(
      'POST',
      '/double',
      createPostRoute({
        schema: { body: ndjson(item), response },
        handler: async function* ({ request }) {
          for await (const { id } of request.body) yield { id: id * 2 };
        },
      }),
    );
    router.addRoute(
      'POST',
      '/first',
      createPostRoute({
        schema: { body: ndjson(item) },
        handler: async ({ request }) => {
          for await (const first of request.body) return first;
          return { id: 0 };
        },
      }),
    );
    router.addRoute(
      'POST',
      '/unread',
      createPostRoute({ schema: { body: ndjson(item) }, handler: () => 'unread' }),
    );
  },
  (reach) => {
    const post = (path: string, body: string | ReadableStream) =>
      reach().request(path, { method: 'POST', body, headers: { 'content-type': 'application/x-ndjson' } });
    const readerOf = ({ body }: Response) => {
      const reader = (body as ReadableStream<Uint8Array>).getReader();
      const decoder = new TextDecoder();
      return {
        read: async () => decoder.decode((await reader.read()).value),
        cancel: () => reader.cancel().catch(() => undefined),
      };
    };
    const open = async (gate: string) => {
      await expect.poll(() => gates.has(gate)).toBe(true);
      gates.get(gate)?.();
    };

    test('a line is sent before the next is there', async () => {
      const gate = `two ${reach().transport}`;
      const response = await reach().request(`/two?gate=${encodeURIComponent(gate)}`);
      expect(response.headers.get('content-type')).toBe('application/x-ndjson');
      const reader = readerOf(response);
      expect(await reader.read()).toBe('{"id":1}\n');
      await open(gate);
      expect(await reader.read()).toBe('{"id":2}\n');
      expect(await reader.read()).toBe('');
    });

    test('items are taken as fast as the client reads, and no more once it has left', async () => {
      const name = `endless ${reach().transport}`;
      const before = ended;
      const client = new AbortController();
      const response = await reach().request(`/endless?name=${encodeURIComponent(name)}`, {
        signal: client.signal,
      });
      const reader = readerOf(response);
      await reader.read();
      // Until all buffers are full.
      let last = -1;
      await expect
        .poll(
          () => {
            const now = taken.get(name) ?? 0;
            const stands = now === last;
            last = now;
            return stands;
          },
          { interval: 200, timeout: 10_000 },
        )
        .toBe(true);
      client.abort();
      await reader.cancel();
      await expect.poll(() => ended).toBe(before + 1);
    });

    test('a stream of objects that says nothing is destroyed once the client has left', async () => {
      const client = new AbortController();
      const asked = reach().request('/objects', { signal: client.signal });
      asked.catch(() => undefined);
      const before = objects as Readable | undefined;
      await expect.poll(() => objects !== before).toBe(true);
      objects.push({ id: 1 });
      const reader = readerOf(await asked);
      expect(await reader.read()).toBe('{"id":1}\n');
      const closed = once(objects, 'close');
      client.abort();
      await reader.cancel();
      await closed;
    });

    test('HEAD lets the source go', async () => {
      const before = objects;
      const response = await reach().request('/objects', { method: 'HEAD' });
      expect(response.headers.get('content-type')).toBe('application/x-ndjson');
      expect(objects).not.toBe(before);
      await expect.poll(() => objects.destroyed).toBe(true);
    });

    test('a first line that does not fit is a 500, a later one breaks the answer off', async () => {
      expect((await reach().request('/fails-at-once')).status).toBe(500);
      const gate = `breaks ${reach().transport}`;
      const response = await reach().request(`/breaks?gate=${encodeURIComponent(gate)}`);
      expect(response.status).toBe(200);
      const text = response.text();
      text.catch(() => undefined);
      await open(gate);
      await expect(text).rejects.toThrow();
    });

    test('a body is read line by line, and may be left early or unread', async () => {
      const lines = '{"id":1}\n'.repeat(5000);
      expect(await (await post('/sum', lines)).json()).toEqual({ sum: 5000 });
      expect(await (await post('/first', '{"id":7}\n{"id":"x"}\n')).json()).toEqual({ id: 7 });
      expect(await (await post('/unread', '{"id":7}\n')).text()).toBe('unread');
    });

    test('a line in several chunks, and characters cut in two', async () => {
      const bytes = Buffer.from('{"id":1,"x":"äö€"}\n{"id":2}');
      const body = new ReadableStream({
        start(controller) {
          for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
          controller.close();
        },
      });
      expect(await (await post('/sum', body)).json()).toEqual({ sum: 3 });
    });

    test('a bad line names its number, and breaks off an answer that has begun', async () => {
      expect(await (await post('/sum', '{"id":1}\n{"id":"x"}\n')).json()).toMatchObject({
        status: 400,
        details: [{ pointer: '/1/id', message: expect.stringMatching(/^Line 2: /) as string }],
      });
      expect(await (await post('/double', 'x\n')).json()).toMatchObject({
        status: 400,
        detail: 'Line 1 is not valid JSON: unexpected character at line 1, column 1.',
      });
    });

    test('lines in and lines out', async () => {
      expect(await (await post('/double', '{"id":1}\n{"id":2}\n')).text()).toBe('{"id":2}\n{"id":4}\n');
    });
  },
);

onEveryTransport(
  'a client that leaves within its JSON lines',
  () => ({ logger: false }),
  ({ server }) => {
    server.router.addRoute(
      'POST',
      '/',
      createPostRoute({
        schema: { body: ndjson(item) },
        handler: async ({ request }) => {
          try {
            for await (const { id } of request.body) began = id;
          } catch (error) {
            failure = error;
            throw error;
          }
          return 'complete';
        },
      }),
    );
  },
  (reach) => {
    test('fails the iteration', async () => {
      failure = undefined;
      began = 0;
      const client = new AbortController();
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(Buffer.from('{"id":1}\n{"id":')),
      });
      const headers = { 'content-type': 'application/x-ndjson' };
      const asked = reach().request('/', { method: 'POST', body, headers, signal: client.signal });
      const left = asked.catch(() => 'left');
      await expect.poll(() => began).toBe(1);
      client.abort();
      expect(await left).toBe('left');
      await expect.poll(() => failure).toMatchObject({ code: 'ERR_BLAIZE_REQUEST_ABORTED' });
    });
  },
  WIRES,
);
