import { createServer, type Server, type ServerOptions } from 'blaizejs';
import { inject, startTestServer } from 'blaizejs/testing';
import { expect, test, vi } from 'vitest';

import { makeFolder } from '../../../tooling/test/folder.ts';
import { answering } from './project.ts';

const make = (options: Partial<ServerOptions> = {}): Server =>
  createServer({ port: 0, routesDir: false, logger: false, watch: false, handleSignals: false, ...options });

test('the events of a life cycle come in order, each once', async () => {
  await using dir = await makeFolder({ 'a.mjs': answering(1), 'b/c.mjs': answering(2) });
  const server = make({ routesDir: dir.path });
  const seen: string[] = [];
  server.events.on('routes:loaded', (count) => seen.push(`${count} routes`));
  for (const event of ['started', 'stopping', 'stopped'] as const)
    server.events.on(event, () => seen.push(event));

  await server.listen();
  expect(seen).toEqual(['2 routes', 'started']);
  await server.close();
  expect(seen).toEqual(['2 routes', 'started', 'stopping', 'stopped']);
});

test('a listener of started sees the real port', async () => {
  const server = make();
  const ports: number[] = [];
  server.events.once('started', () => ports.push(server.port));
  await server.listen();
  expect(ports).toEqual([server.port]);
  expect(server.port).not.toBe(0);
  await server.close();
});

test('close() waits for asynchronous stopping listeners before it emits stopped', async () => {
  const server = make();
  const seen: string[] = [];
  server.events.on('stopping', async () => {
    await new Promise(setImmediate);
    seen.push('cleaned up');
  });
  server.events.on('stopped', () => seen.push('stopped'));
  await server.listen();
  await server.close();
  expect(seen).toEqual(['cleaned up', 'stopped']);
});

test('a handler that fails causes an error event; the client gets a 500', async () => {
  const server = make();
  const failure = new Error('disk full');
  server.router.addRoute('GET', '/', {
    handler: () => {
      throw failure;
    },
  });
  const heard = vi.fn();
  server.events.on('error', heard);
  expect((await inject(server, '/')).status).toBe(500);
  expect(heard).toHaveBeenCalledExactlyOnceWith(failure);
  await server.close();
});

test('a listener that fails causes an error event itself, and stops nothing else', async () => {
  const server = make();
  const heard = vi.fn();
  const other = vi.fn();
  server.events.on('error', heard);
  server.events.on('started', () => {
    throw new Error('sync');
  });
  server.events.on('started', () => Promise.reject(new Error('async')));
  server.events.on('started', other);
  await server.listen();
  expect(other).toHaveBeenCalledOnce();
  expect(heard.mock.calls.map(([error]) => (error as Error).message).sort()).toEqual(['async', 'sync']);
  await server.close();
});

test('off() removes a listener', async () => {
  const server = make();
  const listener = vi.fn();
  server.events.on('started', listener).off('started', listener);
  expect(server.events.listenerCount('started')).toBe(0);
  await server.listen();
  await server.close();
  expect(listener).not.toHaveBeenCalled();
});

test('a new route file is live once routes:reloaded has counted it', async () => {
  await using dir = await makeFolder({ 'one.mjs': answering('one') });
  await using app = await startTestServer({ routesDir: dir.path, watch: true, http2: { enabled: false } });
  expect((await app.http1.request('/two')).status).toBe(404);
  // A file may be noticed when it is created, and again when it is written.
  const reloaded = new Promise<void>((resolve) => {
    app.server.events.on('routes:reloaded', (count) => count === 2 && resolve());
  });

  await dir.write({ 'two.mjs': answering('two') });

  await reloaded;
  expect(await (await app.http1.request('/two')).text()).toBe('two');
});
