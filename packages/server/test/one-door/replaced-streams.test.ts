import { EventEmitter, once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';

import type { HookContext } from '@blaizejs/types';
import { expect, test } from 'vitest';

import { onEveryTransport } from '../transports.ts';

const sources = new Map<string, Readable[]>();
const made = new EventEmitter();
/** A stream that is known by the path it was made for. */
const keep = <T extends Readable>(path: string, stream: T): T => {
  sources.set(path, [...(sources.get(path) ?? []), stream]);
  made.emit(path, stream);
  return stream;
};
const allClosed = async (path: string): Promise<void> => {
  for (const stream of sources.get(path) ?? []) if (!stream.closed) await once(stream, 'close');
};

/** Two of these stand behind each other, as compression and a cache would. */
const through = (name: string) => ({
  name,
  onSend: ({ request, response }: HookContext) => {
    const payload = response.payload();
    if (!(payload instanceof Readable) || request.query.take === 'only') return;
    response.send(keep(request.path, payload.pipe(new PassThrough())));
  },
});

onEveryTransport(
  'streams that hooks put in the place of another',
  () => ({ mode: 'production' }),
  ({ server }) => {
    server.events.on('error', () => undefined);
    server.use([through('outer'), through('inner')]);
    server.router.addRoute('GET', '/whole', {
      handler: () => keep('/whole', Readable.from(['one ', 'two'])),
    });
    server.router.addRoute('GET', '/fails-at-once', {
      handler: () =>
        keep(
          '/fails-at-once',
          new Readable({ read: (): void => undefined, construct: (done) => done(new Error('disk')) }),
        ),
    });
    server.router.addRoute('GET', '/fails-midway', {
      handler: () => {
        const source = keep('/fails-midway', new PassThrough());
        source.write('one ');
        setImmediate(() => setImmediate(() => source.destroy(new Error('disk'))));
        return source;
      },
    });
    server.router.addRoute('GET', '/endless', {
      handler: () =>
        keep(
          '/endless',
          new Readable({
            read() {
              this.push('x'.repeat(1024));
            },
          }),
        ),
    });
    for (const status of [204, 205, 304]) {
      server.router.addRoute('GET', `/${status}`, {
        handler: ({ response }) => response.status(status).stream(keep(`/${status}`, new PassThrough())),
      });
    }
  },
  (reach) => {
    test('are sent', async () => {
      expect(await (await reach().request('/whole')).text()).toBe('one two');
      await allClosed('/whole');
    });

    test.each(['HEAD', 'GET'])('are closed if the payload is only taken: %s', async (method) => {
      await (await reach().request('/whole?take=only', { method })).text();
      await allClosed('/whole');
    });

    test.each(['/whole', '/endless'])('are closed for HEAD: %s', async (path) => {
      const response = await reach().request(path, { method: 'HEAD' });
      expect([response.status, await response.text()]).toEqual([200, '']);
      await allClosed(path);
    });

    test.each([204, 205, 304])('are closed for %s', async (status) => {
      const response = await reach().request(`/${status}`);
      expect([response.status, await response.text()]).toEqual([status, '']);
      await allClosed(`/${status}`);
    });

    test('fail with the one they are fed from: as a 500, before anything was sent', async () => {
      const response = await reach().request('/fails-at-once');
      expect(response.status).toBe(500);
      await response.text();
      await allClosed('/fails-at-once');
    });

    test('fail with the one they are fed from: broken off, after that', async () => {
      const reading = reach()
        .request('/fails-midway')
        .then((response) => response.text());
      await expect(reading).rejects.toThrow();
      await allClosed('/fails-midway');
    });

    test('are closed when the client leaves', async () => {
      const response = await reach().request('/endless');
      await response.body?.cancel();
      await allClosed('/endless');
    });
  },
);
