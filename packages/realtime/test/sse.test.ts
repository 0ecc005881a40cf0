import { EventEmitter, once } from 'node:events';

import { reply } from '@blaizejs/context';
import { openApi } from '@blaizejs/openapi';
import { ForbiddenError, UnauthorizedError } from '@blaizejs/errors';
import { createApp } from '@blaizejs/app';
import type { Logger } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { createChannel, createSSERoute } from '../src/index.ts';
import { createClient, readEvents, serve, Text } from './over-the-wire.ts';
import { keepingLogger } from './serve.ts';

const Price = z.object({ value: z.number() });

describe.each(['http1', 'http2'] as const)('over %s', (protocol) => {
  test('events arrive typed, with ids, after a head that comes at once', async () => {
    const route = createSSERoute({
      retry: 1_500,
      events: { price: Price, note: z.string() },
      async *handler() {
        await Promise.resolve();
        yield { event: 'price', data: { value: 1, secret: 'x' } as { value: number }, id: 'ü1' };
        yield { event: 'note', data: 'two\nlines\r\nof text', retry: 7 };
      },
    });
    await using app = await serve(route);
    const response = await app[protocol].request('/events');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    if (protocol === 'http2') expect(response.headers.get('connection')).toBeNull();
    expect(await response.text()).toBe(
      'retry: 1500\n\n' +
        'id: ü1\nevent: price\ndata: {"value":1}\n\n' +
        'retry: 7\nevent: note\ndata: "two\\nlines\\r\\nof text"\n\n',
    );
  });

  test('the head and the beginning arrive although nothing happens', async () => {
    const channel = createChannel('quiet', { events: { price: Price } });
    await using app = await serve(createSSERoute({ events: { price: Price }, handler: () => channel }));
    const text = new Text(await app[protocol].request('/events'));
    expect(await text.until('\n\n')).toMatch(/^retry: \d{4}\nid: \w+-0\n\n$/);
    await channel.publish('price', { value: 2 });
    expect(await text.until('data')).toMatch(/id: \w+-1\nevent: price\ndata: \{"value":2\}\n\n$/);
    await text.cancel();
  });

  test('a client that leaves ends a generator that waits', async () => {
    let entered = false;
    const end = new EventEmitter<{ ended: [string] }>();
    const ended = once(end, 'ended');
    const route = createSSERoute({
      events: { price: Price },
      async *handler(_, { signal }) {
        try {
          entered = true;
          yield { event: 'price', data: { value: 1 } };
          await once(new EventTarget(), 'never', { signal });
        } finally {
          end.emit('ended', signal.aborted ? 'aborted' : 'not aborted');
        }
      },
    });
    await using app = await serve(route);
    const text = new Text(await app[protocol].request('/events'));
    await text.until('data');
    await text.cancel();
    expect(await ended).toEqual(['aborted']);
    expect(entered).toBe(true);
  });

  test('HEAD starts nothing', async () => {
    let entered = false;
    const route = createSSERoute({
      events: { price: Price },
      async *handler() {
        entered = true;
        await Promise.resolve();
        yield { event: 'price', data: { value: 1 } };
      },
    });
    await using app = await serve(route);
    const response = await app[protocol].request('/events', { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(entered).toBe(false);
  });

  test('who is refused gets an ordinary answer, also by the beginning of a generator', async () => {
    const route = createSSERoute({
      events: { price: Price },
      middleware: [
        async (ctx, next) => {
          if (ctx.request.header('authorization') === undefined) throw new UnauthorizedError('Log in.');
          await next();
        },
      ],
      // eslint-disable-next-line require-yield -- it throws
      async *handler(ctx) {
        if (ctx.request.query['fail'] === '1') throw new Error('secret');
        throw new ForbiddenError('Not yours.');
      },
    });
    await using app = await serve(route);
    expect((await app[protocol].request('/events')).status).toBe(401);
    const headers = { authorization: 'x' };
    const response = await app[protocol].request('/events', { headers });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      403,
      'application/problem+json',
    ]);
    const failed = await app[protocol].request('/events?fail=1', { headers });
    expect(failed.status).toBe(500);
  });

  test('an error after the first event breaks the answer off', async () => {
    const route = createSSERoute({
      events: { price: Price },
      async *handler() {
        yield { event: 'price', data: { value: 1 } };
        await Promise.resolve();
        yield { event: 'price', data: { value: 'x' } as never };
      },
    });
    await using app = await serve(route);
    const errors: Error[] = [];
    app.server.events.on('error', (error) => errors.push(error));
    const response = await app[protocol].request('/events');
    await expect(response.text()).rejects.toThrow();
    expect(errors.map(({ message }) => message)).toEqual([
      'The event "price" of an SSE route does not match its schema: value: Invalid input: expected number, received string',
    ]);
  });

  test('when the server stops, streams end cleanly with a hint', async () => {
    const channel = createChannel('stop', { events: { price: Price } });
    const route = createSSERoute({ retry: [2_000, 4_000], events: { price: Price }, handler: () => channel });
    const app = await serve(route);
    const texts = await Promise.all(
      [1, 2, 3, 4, 5].map(async () => new Text(await app[protocol].request('/events'))),
    );
    await Promise.all(texts.map((text) => text.until('\n\n')));
    const closing = app.server.close();
    const all = await Promise.all(texts.map((text) => text.rest()));
    const hints = all.map((text) => Number(/\n\nretry: (\d+)\n\n$/.exec(text)?.[1]));
    expect(hints.every((hint) => hint >= 2_000 && hint <= 4_000)).toBe(true);
    expect(new Set(hints).size).toBeGreaterThan(1);
    await closing;
    await app.close();
  });
});

test('works in an app without a server, and ends with its reader', async () => {
  const channel = createChannel('app', { events: { price: Price } });
  const app = createApp();
  app.router.addRoute('GET', '/events', createSSERoute({ events: { price: Price }, handler: () => channel }));
  const text = new Text(await app.fetch(new Request('http://x/events')));
  await text.until('\n\n');
  await channel.publish('price', { value: 3 });
  expect(await text.until('data')).toContain('{"value":3}');
  await text.cancel();
  await app.close();
});

test('another answer is sent as it is, and a 204 ends a client', async () => {
  const route = createSSERoute({
    events: { price: Price },
    handler: (ctx) => (ctx.request.query['none'] === '1' ? reply(204, null) : reply(404, { code: 'none' })),
  });
  await using app = await serve(route, { tls: false, http2: { enabled: false } });
  const response = await app.http1.request('/events');
  expect([response.status, await response.json()]).toEqual([404, { code: 'none' }]);
  const api = createClient<{ GET: { '/events': typeof route } }>(app.url);
  const feed = readEvents(api.get, '/events', { query: { none: 1 }, reconnect: true });
  expect(await feed.next()).toEqual({ done: true, value: undefined });
});

test('encode replaces JSON, also for events of a channel', async () => {
  const events = { html: z.string() };
  const channel = createChannel('html', { events });
  const app = createApp();
  app.router.addRoute('GET', '/events', createSSERoute({ events, encode: String, handler: () => channel }));
  const text = new Text(await app.fetch(new Request('http://x/events')));
  await text.until('\n\n');
  await channel.publish('html', '<p>\rdata: x</p>');
  expect(await text.until('</p>')).toMatch(/event: html\ndata: <p>\ndata: data: x<\/p>\n\n$/);
  await text.cancel();
  await app.close();
});

test('an encode that is async breaks the stream off with an error that says so, and its rejection ends nothing else', async () => {
  for (const encode of [async () => 'text', () => Promise.reject(new Error('away'))]) {
    const { log, lines } = keepingLogger();
    const app = createApp({ logger: log as Logger });
    async function* handler(): AsyncGenerator<{ readonly event: 'html'; readonly data: string }> {
      yield await Promise.resolve({ event: 'html', data: 'x' });
    }
    const route = createSSERoute({ events: { html: z.string() }, encode: encode as never, handler });
    app.router.addRoute('GET', '/events', route);
    const response = await app.fetch(new Request('http://x/events'));
    await expect(response.text()).rejects.toThrow();
    await expect
      .poll(() => lines.map((line) => String(line[2])))
      .toContainEqual(expect.stringContaining('has an `encode` that is async; it must return a text.'));
    await app.close();
  }
});

test('OpenAPI describes the events', async () => {
  const app = createApp({ plugins: [openApi({ info: { title: 'x', version: '1' } })] });
  const channel = createChannel('api', { events: { price: Price } });
  app.router.addRoute('GET', '/events', createSSERoute({ events: { price: Price }, handler: () => channel }));
  const response = await app.fetch(new Request('http://x/openapi.json'));
  const document = (await response.json()) as { paths: Record<string, { get: { responses: unknown } }> };
  expect(document.paths['/events']?.get.responses).toMatchObject({
    200: {
      content: {
        'text/event-stream': {
          'x-itemSchema': {
            oneOf: [
              {
                properties: {
                  event: { const: 'price' },
                  data: { properties: { value: { type: 'number' } } },
                },
                required: ['event', 'data'],
              },
              { properties: { event: { const: 'reset' }, data: { type: 'null' } } },
            ],
          },
        },
      },
    },
  });
  await app.close();
});
