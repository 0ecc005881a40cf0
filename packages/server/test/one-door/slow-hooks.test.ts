import { EventEmitter, once } from 'node:events';
import type { Readable } from 'node:stream';
import { PassThrough } from 'node:stream';

import { NotFoundError } from '@blaizejs/errors';
import { expect, test } from 'vitest';

import { onEveryTransport } from '../transports.ts';

const never = (): Promise<never> => new Promise(() => undefined);

onEveryTransport(
  'a hook that never ends',
  () => ({ mode: 'production', limits: { handlerTimeout: 60 } }),
  ({ server }) => {
    server.use({
      name: 'stuck',
      onSend: ({ request }) => (request.query.stuck === 'send' ? never() : undefined),
    });
    server.use({
      name: 'stuck-error',
      onError: (_error, { request }) => (request.query.stuck === 'error' ? never() : undefined),
    });
    server.router.addRoute('GET', '/', { handler: () => 'hello' });
    server.router.addRoute('GET', '/later', { handler: async () => Promise.resolve('hello') });
    server.router.addRoute('GET', '/throws', {
      handler: () => {
        throw new NotFoundError('Not here.');
      },
    });
  },
  (reach) => {
    test.each([
      '/?stuck=send',
      '/later?stuck=send',
      '/throws?stuck=send',
      '/nowhere?stuck=send',
      '/%zz?stuck=send',
      '/throws?stuck=error',
      '/nowhere?stuck=error',
    ])('is left behind, and the answer is 503: %s', async (path) => {
      const response = await reach().request(path);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ status: 503 });
    });
  },
);

const gate = new EventEmitter();
const sources = new Map<string, Readable>();
const kept = (name: string): Readable => {
  const source = new PassThrough();
  source.write('x');
  sources.set(name, source);
  return source;
};
const isGone = async (name: string): Promise<boolean> => {
  const source = sources.get(name) as Readable;
  if (!source.closed) await once(source, 'close');
  return source.destroyed;
};

onEveryTransport(
  'a stream behind a slow hook',
  () => ({ mode: 'production', limits: { handlerTimeout: 60 } }),
  ({ server }) => {
    server.events.on('error', () => undefined);
    server.use({
      name: 'slow',
      onSend: async ({ request, response }) => {
        if (response.statusCode !== 200) return;
        gate.emit('hooked', request.path);
        if (request.path === '/never') return never();
        await once(gate, 'open');
        if (request.path === '/throws') throw new Error('late');
      },
    });
    for (const path of ['/never', '/late', '/throws']) {
      server.router.addRoute('GET', path, { handler: () => kept(path) });
    }
  },
  (reach) => {
    test.each(['/never', '/late', '/throws'])('is closed when it was not sent in time: %s', async (path) => {
      const response = await reach().request(path);
      expect(response.status).toBe(503);
      await response.text();
      gate.emit('open');
      expect(await isGone(path)).toBe(true);
    });

    test('is closed when the client leaves', async () => {
      const controller = new AbortController();
      const hooked = once(gate, 'hooked');
      const response = reach().request('/never', { signal: controller.signal });
      await hooked;
      controller.abort();
      await expect(response).rejects.toThrow();
      expect(await isGone('/never')).toBe(true);
    });
  },
);
