import { once } from 'node:events';
import { Readable } from 'node:stream';

import { expect, test } from 'vitest';

import { onEveryTransport } from './transports.ts';

let source: Readable;

onEveryTransport(
  'a stream that is sent',
  () => ({}),
  ({ server }) => {
    server.router.addRoute('GET', '/endless', {
      handler: () =>
        (source = new Readable({
          read() {
            this.push('x'.repeat(65_536));
          },
        })),
    });
    server.router.addRoute('GET', '/idle', {
      handler: (ctx) => {
        source = new Readable({ read: () => undefined });
        source.push('first');
        return ctx.response.stream(source);
      },
    });
    server.router.addRoute('GET', '/events', {
      handler: (ctx) =>
        ctx.response.type('text/event-stream').stream(new Readable({ read: () => undefined })),
    });
    server.router.addRoute('GET', '/fails-at-once', {
      handler: () =>
        new Readable({
          read() {
            this.destroy(new Error('no such file'));
          },
        }),
    });
    server.router.addRoute('GET', '/fails-later', {
      handler: async function* () {
        yield 'x'.repeat(100_000);
        await Promise.resolve();
        throw new Error('lost the rest');
      },
    });
    server.router.addRoute('GET', '/objects', { handler: () => Readable.from([{ a: 1 }]) });
    server.router.addRoute('GET', '/empty', { handler: () => Readable.from([]) });
  },
  (reach) => {
    test.each(['/endless', '/idle'])('%s is destroyed when the client leaves', async (path) => {
      const client = new AbortController();
      const response = await reach().request(path, { signal: client.signal });
      const reader = response.body?.getReader();
      await reader?.read();
      const closed = once(source, 'close');
      client.abort();
      await reader?.cancel().catch(() => undefined);
      await closed;
      expect(source.destroyed).toBe(true);
    });

    test('does not run ahead of a slow client', async () => {
      const client = new AbortController();
      const response = await reach().request('/endless', { signal: client.signal });
      const reader = response.body?.getReader();
      await reader?.read();
      let produced = 0;
      source.on('data', (chunk: Buffer) => (produced += chunk.length));
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(produced).toBeLessThan(16 * 1024 * 1024);
      client.abort();
      await reader?.cancel().catch(() => undefined);
    });

    test('events get their head before the first one', async () => {
      const client = new AbortController();
      const response = await reach().request('/events', { signal: client.signal });
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      client.abort();
      await response.body?.cancel().catch(() => undefined);
    });

    test('that fails before its first chunk is a 500', async () => {
      const response = await reach().request('/fails-at-once');
      expect(response.status).toBe(500);
      expect(await response.json()).toMatchObject({ detail: 'no such file' });
    });

    test('that fails later is broken off, not ended', async () => {
      const response = await reach().request('/fails-later');
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow();
    });

    test('of objects is a 500, and of nothing is empty', async () => {
      const objects = await reach().request('/objects');
      expect(objects.status).toBe(500);
      const empty = await reach().request('/empty');
      expect([empty.status, await empty.text()]).toEqual([200, '']);
    });
  },
);
