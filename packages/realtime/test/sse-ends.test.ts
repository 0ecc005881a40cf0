/** Whatever becomes of an answer, nothing goes on listening. */
import { EventEmitter, once } from 'node:events';

import type { TestServer } from '@blaizejs/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { type Channel, createChannel, createSSERoute, type EventLog, memoryEventLog } from '../src/index.ts';
import { serve, Text } from './over-the-wire.ts';

const events = { n: z.number() };

/** A channel that says when nobody listens to it any more. */
function watched(): { readonly channel: Channel<typeof events>; readonly left: Promise<unknown> } {
  const inner = memoryEventLog();
  const told = new EventEmitter<{ left: [] }>();
  const log: EventLog = {
    append: inner.append.bind(inner),
    read: inner.read.bind(inner),
    watch: async (...args) => {
      const { position, stop } = await inner.watch(...args);
      return {
        position,
        stop: async () => {
          await stop();
          told.emit('left');
        },
      };
    },
  };
  return { channel: createChannel('watched', { events, log }), left: once(told, 'left') };
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const CASES: Readonly<
  Record<string, { readonly route?: object; readonly options?: object; readonly handler?: () => unknown }>
> = {
  'a middleware that answers otherwise afterwards': {
    route: {
      middleware: [
        async (ctx: { response: { json(value: unknown): void } }, next: () => Promise<void>) => {
          await next();
          ctx.response.json({ instead: true });
        },
      ],
    },
  },
  'a middleware that throws afterwards': {
    route: {
      middleware: [
        async (_: unknown, next: () => Promise<void>) => {
          await next();
          throw new Error('too late');
        },
      ],
    },
  },
  'an onSend hook that throws': {
    options: {
      middleware: [
        {
          name: 'bad',
          onSend: () => {
            throw new Error('no');
          },
        },
      ],
    },
  },
  'an onSend hook that sends something else': {
    options: {
      middleware: [
        {
          name: 'other',
          onSend: ({ response }: { response: { send(value: unknown): void } }) => response.send('other'),
        },
      ],
    },
  },
  'a handler that takes longer than it may': {
    options: { limits: { handlerTimeout: 50 } },
    handler: () => wait(150),
  },
  'a status without content': {
    route: {
      middleware: [
        (ctx: { response: { status(code: number): void } }, next: () => Promise<void>) => {
          ctx.response.status(304);
          return next();
        },
      ],
    },
  },
};

test.each(Object.keys(CASES))('%s', async (name) => {
  const { route = {}, options = {}, handler } = CASES[name] ?? {};
  const { channel, left } = watched();
  await using app: TestServer = await serve(
    createSSERoute({
      ...route,
      events,
      handler: async () => {
        await handler?.();
        return channel;
      },
    }),
    { ...options, tls: false, http2: { enabled: false } },
  );
  const response = await app.http1.request('/events');
  expect(await response.text()).not.toContain('retry: ');
  await left;
});

test.each(['http1', 'http2'] as const)('HEAD, and a client that leaves: %s', async (protocol) => {
  for (const method of ['HEAD', 'GET']) {
    const { channel, left } = watched();
    // HEAD does not even begin to listen.
    if (method === 'HEAD') channel.subscribe = () => expect.unreachable();
    const signals: AbortSignal[] = [];
    await using app = await serve(
      createSSERoute({
        events,
        handler: (_, { signal }) => {
          signals.push(signal);
          return channel;
        },
      }),
    );
    const response = await app[protocol].request('/events', { method });
    if (method === 'GET') {
      const text = new Text(response);
      await text.until('\n\n');
      await text.cancel();
      await left;
    }
    await expect.poll(() => signals[0]?.aborted).toBe(true);
  }
});

test('a client that leaves while the log begins to listen', async () => {
  const { channel, left } = watched();
  const asked = new EventEmitter<{ asked: [] }>();
  await using app = await serve(
    createSSERoute({
      events,
      handler: async () => {
        asked.emit('asked');
        await wait(100);
        return channel;
      },
    }),
  );
  const isAsked = once(asked, 'asked');
  const leaving = new AbortController();
  const response = app.http2.request('/events', { signal: leaving.signal });
  await isAsked;
  leaving.abort();
  await expect(response).rejects.toThrow();
  await left;
});
