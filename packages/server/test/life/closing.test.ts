import { EventEmitter, once } from 'node:events';

import { inject, startTestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';

import { createServer } from '../../src/index.ts';

const PROTOCOLS = ['http1', 'http2'] as const;

test('a server says where it is in its life', async () => {
  const server = createServer({ port: 0, routesDir: false, logger: false, handleSignals: false });
  expect(server.state).toBe('new');
  const listening = server.listen();
  expect(server.state).toBe('starting');
  await listening;
  expect(server.state).toBe('listening');
  const closing = server.close();
  expect(server.state).toBe('closing');
  await closing;
  expect(server.state).toBe('closed');
});

test('a server ends with its scope', async () => {
  let stopped = false;
  {
    await using server = createServer({ port: 0, routesDir: false, logger: false, handleSignals: false });
    server.events.on('stopped', () => (stopped = true));
    await server.listen();
  }
  expect(stopped).toBe(true);
});

test.each(PROTOCOLS)('closing comes first, while everything is still served: %s', async (protocol) => {
  await using app = await startTestServer({ drainDelay: 150, shutdownTimeout: 2000 });
  const { server } = app;
  const order: string[] = [];
  for (const event of ['closing', 'draining', 'stopping', 'stopped'] as const) {
    server.events.on(event, async () => {
      order.push(event);
      await Promise.resolve();
      order.push(`${event} awaited`);
    });
  }
  server.router.addRoute('GET', '/', { handler: () => server.state });
  await app[protocol].request('/').then((response) => response.text());
  const announced = new Promise((resolve) => server.events.once('closing', () => resolve(true)));
  const closed = server.close();
  await announced;
  // On the connection of before, on a new one, and in process.
  expect(await (await app[protocol].request('/')).text()).toBe('closing');
  expect(await (await inject(server, '/')).text()).toBe('closing');
  expect(order).toEqual(['closing', 'closing awaited']);
  await closed;
  expect(order).toEqual(
    ['closing', 'draining', 'stopping', 'stopped'].flatMap((event) => [event, `${event} awaited`]),
  );
});

test('a listener of closing that never ends does not keep the server', async () => {
  await using app = await startTestServer({ shutdownTimeout: 100 });
  app.server.events.on('closing', () => new Promise(() => undefined));
  await app.server.close();
  expect(app.server.state).toBe('closed');
});

test.each(PROTOCOLS)(
  'an open event stream does not make a stop take its whole time: %s',
  async (protocol) => {
    await using app = await startTestServer({ shutdownTimeout: 60_000 });
    const gone = new EventEmitter();
    app.server.router.addRoute('GET', '/events', {
      handler: ({ response }) =>
        response.type('text/event-stream').stream(
          (async function* () {
            try {
              yield 'data: 1\n\n';
              await new Promise(() => undefined);
            } finally {
              gone.emit('gone');
            }
          })(),
        ),
    });
    const response = await app[protocol].request('/events');
    const text = response.text();
    const order: string[] = [];
    app.server.events.on('draining', () => void order.push('draining'));
    app.server.events.on('stopping', () => void order.push('stopping'));
    await app.server.close();
    // It ended as a whole, and its reader comes back.
    expect(await text).toBe('data: 1\n\n');
    expect(order).toEqual(['draining', 'stopping']);
  },
);

test.each(PROTOCOLS)(
  'neither does one that waits, and whose client takes nothing: %s',
  { timeout: 30_000 },
  async (protocol) => {
    await using app = await startTestServer({ shutdownTimeout: 60_000 });
    const errors: Error[] = [];
    app.server.events.on('error', (error) => void errors.push(error));
    app.server.router.addRoute('GET', '/events', {
      handler: ({ response }) =>
        response.type('text/event-stream').stream(
          (async function* () {
            // More than buffers hold.
            yield `data: ${'x'.repeat(20_000_000)}\n\n`;
            await new Promise(() => undefined);
          })(),
        ),
    });
    const response = await app[protocol].request('/events');
    await app.server.close();
    // What it has is not the whole.
    await expect(response.text()).rejects.toThrow();
    expect(errors).toEqual([]);
  },
);

test.each(PROTOCOLS)('an event stream that waits hears of its end by its signal: %s', async (protocol) => {
  await using app = await startTestServer({ shutdownTimeout: 60_000 });
  const errors: Error[] = [];
  app.server.events.on('error', (error) => void errors.push(error));
  const over = new Promise((resolve) => {
    app.server.router.addRoute('GET', '/events', {
      handler: ({ request, response }) =>
        response.type('text/event-stream').stream(
          (async function* () {
            try {
              yield 'data: 1\n\n';
              await once(new EventEmitter(), 'never', { signal: request.signal });
            } finally {
              resolve(request.signal.reason);
            }
          })(),
        ),
    });
  });
  const response = await app[protocol].request('/events');
  const text = response.text();
  await app.server.close();
  expect(await text).toBe('data: 1\n\n');
  expect(await over).toMatchObject({ code: 'ERR_BLAIZE_ABORTED' });
  expect(errors).toEqual([]);
});

test.each(PROTOCOLS)('what streams may end itself when it hears of draining: %s', async (protocol) => {
  await using app = await startTestServer({ shutdownTimeout: 60_000 });
  const { server } = app;
  server.router.addRoute('GET', '/feed', {
    handler: async function* () {
      const draining = new Promise((resolve) => server.events.once('draining', () => resolve('bye')));
      yield 'hello ';
      yield String(await draining);
    },
  });
  const text = (await app[protocol].request('/feed')).text();
  await server.close();
  expect(await text).toBe('hello bye');
});

test('work that goes on after an answer is waited for', async () => {
  await using app = await startTestServer();
  const { server } = app;
  const errors: Error[] = [];
  server.events.on('error', (error) => void errors.push(error));
  const gate = new EventEmitter();
  let done = false;
  server.router.addRoute('GET', '/', {
    handler: (ctx) => {
      ctx.waitUntil(once(gate, 'open').then(() => (done = true)));
      ctx.waitUntil(Promise.reject(new Error('in the background')));
      return 'answered';
    },
  });
  expect(await (await app.http1.request('/')).text()).toBe('answered');
  const closed = server.close();
  server.events.once('draining', () => void gate.emit('open'));
  gate.emit('open');
  await closed;
  expect(done).toBe(true);
  expect(errors).toMatchObject([{ message: 'in the background' }]);
});
