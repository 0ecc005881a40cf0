import { z } from 'zod';

import { content, ndjson } from '@blaizejs/context';
import { describe, expect, test } from 'vitest';

import { onEveryTransport } from '../transports.ts';
import { pathOf, serveSources } from './serve.ts';
import { KIND_NAMES } from './sources.ts';

onEveryTransport(
  'a handler that returns',
  () => ({}),
  (app) => {
    serveSources(app);
    const { router } = app.server;
    router.addRoute('GET', '/lines', {
      schema: { response: ndjson(z.object({ id: z.number() })) },
      handler: async function* () {
        for (let id = 0; id < 3; id++) yield { id, secret: await Promise.resolve('x') };
      },
    });
    router.addRoute('GET', '/text', {
      schema: { response: content('text/plain') },
      handler: async function* () {
        yield await Promise.resolve('grüß ');
        yield 'dich';
      },
    });
    for (const [name, value] of Object.entries(CHUNKS)) {
      for (const [kind, make] of Object.entries(OF_CHUNKS)) {
        router.addRoute('GET', `/${kind}/at-once/${name}`, { handler: () => make([value]) });
        router.addRoute('GET', `/${kind}/later/${name}`, { handler: () => make(['first', value]) });
      }
    }
    app.server.events.on('error', (error) => codes.push((error as NodeJS.ErrnoException).code));
  },
  (reach) => {
    describe.each(KIND_NAMES)('%s', (kind) => {
      test('answers with its chunks', async () => {
        const response = await reach().request(pathOf(kind, 'short'));
        expect([response.status, await response.text()]).toEqual([200, 'ab']);
        expect(response.headers.get('content-length')).toBeNull();
      });

      test('without any answers with nothing', async () => {
        const response = await reach().request(pathOf(kind, 'empty'));
        expect([response.status, await response.text()]).toEqual([200, '']);
      });

      test('of 10,000 small chunks answers with all of them, in order', async () => {
        const text = await (await reach().request(pathOf(kind, 'many'))).text();
        expect(text).toBe(Array.from({ length: 10_000 }, (_, turn) => `${turn}\n`).join(''));
      });
    });

    test('items of ndjson() answers with a line for each, without what its schema lacks', async () => {
      const response = await reach().request('/lines');
      expect(response.headers.get('content-type')).toBe('application/x-ndjson');
      expect(await response.text()).toBe('{"id":0}\n{"id":1}\n{"id":2}\n');
    });

    test('text of content() answers with its type', async () => {
      const response = await reach().request('/text');
      expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
      expect(await response.text()).toBe('grüß dich');
    });

    test.each(Object.keys(CHUNKS).flatMap((name) => Object.keys(OF_CHUNKS).map((kind) => [kind, name])))(
      'chunks that cannot be sent is a coded error: %s, %s',
      async (kind, name) => {
        codes.length = 0;
        expect((await reach().request(`/${kind}/at-once/${name}`)).status).toBe(500);
        const broken = reach().request(`/${kind}/later/${name}`);
        await expect(broken.then((response) => response.text())).rejects.toThrow();
        expect(codes).toEqual(['ERR_BLAIZE_STREAM_CHUNK', 'ERR_BLAIZE_STREAM_CHUNK']);
      },
    );
  },
);

const CHUNKS: Readonly<Record<string, unknown>> = {
  null: null,
  undefined: undefined,
  object: { a: 1 },
  number: 1,
  boolean: true,
  list: ['a'],
};

const OF_CHUNKS: Readonly<Record<string, (chunks: unknown[]) => unknown>> = {
  generator: async function* (chunks) {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  },
  'web-stream': (chunks) =>
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    }),
};

/** The codes of errors that were reported. */
const codes: unknown[] = [];
