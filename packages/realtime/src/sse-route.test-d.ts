import { createClient, readEvents } from '@blaizejs/client';
import { reply } from '@blaizejs/context';
import { createMiddleware } from '@blaizejs/middleware';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';

import { createChannel, createPresence, createSSERoute, type Member } from './index.ts';

const Price = z.object({ symbol: z.string(), at: z.coerce.date() });
const events = { price: Price, halted: z.string() };
const quotes = createChannel('quotes', { events });
const withUser = createMiddleware<{ user: string }>({
  name: 'with-user',
  handler: async (ctx, next) => {
    ctx.state.user = 'ann';
    await next();
  },
});

export const route = createSSERoute('/quotes/[symbol]', {
  schema: { query: z.object({ from: z.coerce.number() }) },
  middleware: [withUser],
  events,
  async *handler(ctx, stream) {
    expectTypeOf(ctx.request.params).toEqualTypeOf<{ symbol: string }>();
    expectTypeOf(ctx.request.query).toEqualTypeOf<{ from: number }>();
    expectTypeOf(ctx.state.user).toEqualTypeOf<string>();
    expectTypeOf(stream.lastEventId).toEqualTypeOf<string | undefined>();
    yield { event: 'price', data: { symbol: 'A', at: new Date() } };
    yield { event: 'halted', data: 'A', id: '1', retry: 5 };
    for await (const event of quotes.subscribe({ signal: stream.signal })) yield event;
  },
});

test('a handler returns a topic, a subscription, events, or another answer', () => {
  createSSERoute({ events, handler: () => quotes });
  createSSERoute({ events, handler: async () => quotes.topic('A') });
  createSSERoute({ events, handler: (_, { signal }) => quotes.subscribe({ signal }) });
  createSSERoute({ events, handler: () => reply(404, { code: 'none' }) });
  createSSERoute({ events, handler: (ctx) => (ctx.request.method === 'GET' ? quotes : reply(409, null)) });
  // @ts-expect-error the channel has other events
  createSSERoute({ events: { other: z.string() }, handler: () => quotes });
  // @ts-expect-error a value is no stream
  createSSERoute({ events, handler: () => ({ price: 1 }) });
  createSSERoute({
    events,
    // @ts-expect-error there is no such event
    async *handler() {
      await Promise.resolve();
      yield { event: 'prise', data: 'x' } as const;
    },
  });
  createSSERoute({
    events,
    // @ts-expect-error the data does not fit
    async *handler() {
      await Promise.resolve();
      yield { event: 'price', data: 'x' } as const;
    },
  });
});

test('a channel takes what its schemas take, and gives what JSON gives', async () => {
  await quotes.publish('halted', 'A');
  await quotes.topic('A').publish('price', { symbol: 'A', at: new Date() });
  // @ts-expect-error there is no such event
  await quotes.publish('halt', 'A');
  // @ts-expect-error the data does not fit
  await quotes.publish('halted', 1);
  for await (const event of quotes.subscribe()) {
    if (event.event === 'price') expectTypeOf(event.data).toEqualTypeOf<{ symbol: string; at: string }>();
    else if (event.event === 'halted') expectTypeOf(event.data).toEqualTypeOf<string>();
    else {
      expectTypeOf(event.event).toEqualTypeOf<'reset'>();
      expectTypeOf(event.data).toEqualTypeOf<null>();
    }
  }
});

test('the client knows the events of a route', async () => {
  interface Routes {
    GET: { '/quotes/[symbol]': typeof route };
  }
  const api = createClient<Routes>('https://example.org');
  const options = { params: { symbol: 'A' }, query: { from: 1 }, reconnect: true };
  for await (const event of readEvents(api.get, '/quotes/[symbol]', options)) {
    expectTypeOf(event.event).toEqualTypeOf<'price' | 'halted' | 'reset'>();
    if (event.event === 'price') expectTypeOf(event.data).toEqualTypeOf<{ symbol: string; at: string }>();
    if (event.event === 'halted') expectTypeOf(event.data).toEqualTypeOf<string>();
    if (event.event === 'reset') expectTypeOf(event.data).toEqualTypeOf<null>();
  }
  // @ts-expect-error the query is missing
  readEvents(api.get, '/quotes/[symbol]', { params: { symbol: 'A' } });
});

test('members have the data that they are given', () => {
  const presence = createPresence<{ name: string }>('rooms');
  presence.join('a', { id: '1', data: { name: 'Ann' } });
  // @ts-expect-error the name is missing
  presence.join('a', { id: '1', data: {} });
  expectTypeOf(presence.members('a')[0]?.data).toEqualTypeOf<{ name: string } | undefined>();
});

test('data is typed as it arrives: lists stay lists, and dates are texts', async () => {
  const listed = createChannel('lists', {
    events: {
      all: z.array(z.object({ at: z.date(), name: z.string() })),
      pair: z.tuple([z.number(), z.date()]),
    },
  });
  for await (const event of listed.subscribe()) {
    if (event.event === 'all') {
      expectTypeOf(event.data).toEqualTypeOf<{ at: string; name: string }[]>();
      expectTypeOf(event.data.map(({ name }) => name)).toEqualTypeOf<string[]>();
    }
    if (event.event === 'pair') expectTypeOf(event.data).toEqualTypeOf<[number, string]>();
  }
});

test('the schema of a presence types its members', () => {
  const presence = createPresence('p', { schema: z.object({ name: z.string() }) });
  expectTypeOf(presence.members('x')).toEqualTypeOf<readonly Member<{ name: string }>[]>();
  // @ts-expect-error -- there is no name
  presence.join('x', { id: '1', data: {} });
});
