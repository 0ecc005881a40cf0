import { createMiddleware } from '@blaizejs/middleware';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';

import { connectWebSocket } from '../client.ts';
import { createRooms, createWebSocketRoute, type Rooms, type ServerSocket } from '../websocket.ts';

const requireUser = createMiddleware<{ user: { name: string } }>({
  name: 'require-user',
  onRequest: (ctx) => void (ctx.state.user = { name: 'Ada' }),
});
const In = z.object({ at: z.coerce.date(), text: z.string().default('') });
const Out = z.object({ from: z.string(), likes: z.array(z.string()) });

const route = createWebSocketRoute('/rooms/[id]/[...rest]', {
  schema: { query: z.object({ since: z.coerce.number() }) },
  middleware: [requireUser],
  messages: { in: In, out: Out },
  open: (socket) => {
    expectTypeOf(socket.ctx.request.params).toEqualTypeOf<{ id: string; rest: string }>();
    expectTypeOf(socket.ctx.request.query).toEqualTypeOf<{ since: number }>();
    expectTypeOf(socket.ctx.state.user.name).toEqualTypeOf<string>();
    // @ts-expect-error -- nothing puts it there
    expectTypeOf(socket.ctx.state.admin).toBeAny();
    const frozen: readonly string[] = [];
    void socket.send({ from: 'x', likes: frozen });
    // @ts-expect-error -- `likes` is missing
    void socket.send({ from: 'x' });
  },
  message: (_socket, message) => {
    expectTypeOf(message).toEqualTypeOf<{ at: Date; text: string }>();
  },
  close: (_socket, close) => {
    expectTypeOf(close.code).toEqualTypeOf<number>();
  },
});
expectTypeOf(route.method).toEqualTypeOf<'GET'>();
// What clients send, and get.
type Messages = NonNullable<(typeof route)['~messages']>;
expectTypeOf<Messages['in']>().toEqualTypeOf<z.input<typeof In>>();
expectTypeOf<Messages['out']>().toEqualTypeOf<z.output<typeof Out>>();

createWebSocketRoute({
  message: (socket, message) => {
    expectTypeOf(message).toEqualTypeOf<unknown>();
    expectTypeOf(socket.ctx.request.params).toEqualTypeOf<Record<string, string | undefined>>();
    void socket.send({ any: 1 });
  },
});

createWebSocketRoute({
  format: 'raw',
  message: (socket, message) => {
    expectTypeOf(message).toEqualTypeOf<string | Buffer>();
    void socket.send(message);
    // @ts-expect-error -- neither text nor bytes
    void socket.send({ a: 1 });
  },
});

// @ts-expect-error -- no such option
createWebSocketRoute({ pingIntervall: 1 });
// @ts-expect-error -- WebSockets have no body
createWebSocketRoute({ schema: { body: In } });

const rooms = createRooms({ message: Out });
expectTypeOf(rooms).toExtend<Rooms<{ from: string; likes: string[] }>>();
// @ts-expect-error -- another message
void rooms.send('x', { text: 'x' });
createWebSocketRoute({ messages: { out: Out }, open: (socket) => rooms.join('x', socket) });
createWebSocketRoute({
  messages: { out: z.object({ other: z.number() }) },
  // @ts-expect-error -- its clients do not expect these messages
  open: (socket) => rooms.join('x', socket),
});

// Requests, both ways.
const asking = createWebSocketRoute('/orders/[shop]', {
  middleware: [requireUser],
  requests: {
    in: {
      order: { data: In, reply: z.object({ at: z.date() }) },
      again: { data: z.string(), reply: z.number(), idempotent: true },
      done: {},
    },
    out: { confirm: { data: Out, reply: z.number() }, ping: {} },
  },
  answers: {
    order: async (socket, data, signal) => {
      expectTypeOf(data).toEqualTypeOf<{ at: Date; text: string }>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(socket.ctx.request.params).toEqualTypeOf<{ shop: string }>();
      expectTypeOf(socket.ctx.state.user.name).toEqualTypeOf<string>();
      expectTypeOf(await socket.request('confirm', { from: 'x', likes: [] })).toEqualTypeOf<number>();
      expectTypeOf(socket.request('ping', 1, { timeout: 5 })).toEqualTypeOf<Promise<undefined>>();
      // @ts-expect-error -- no such request
      void socket.request('order', 1);
      // @ts-expect-error -- `likes` is missing
      void socket.request('confirm', { from: 'x' });
      return { at: new Date() };
    },
    again: (_socket, text) => text.length,
    done: () => undefined,
  },
});
createWebSocketRoute({
  requests: { in: { order: { data: z.string(), reply: z.number() } } },
  // @ts-expect-error -- no number
  answers: { order: (_socket, data) => data },
});
createWebSocketRoute({
  requests: { in: { a: {}, b: {} } },
  // @ts-expect-error -- nobody answers `b`
  answers: { a: () => 1 },
});
createWebSocketRoute({
  open: (socket) => {
    // @ts-expect-error -- there are no requests
    void socket.request('ping', 1);
  },
});
// A helper that only sends takes the sockets of any route.
const greet = (socket: ServerSocket<{ from: string; likes: string[] }, unknown>): unknown =>
  socket.send({ from: 'x', likes: [] });
createWebSocketRoute({
  messages: { out: Out },
  requests: { out: { ping: {} } },
  open: async (socket) => {
    greet(socket);
    await rooms.join('x', socket);
  },
});

expectTypeOf(asking.method).toEqualTypeOf<'GET'>();
const live = connectWebSocket<typeof asking>('wss://example.com', {
  answers: {
    confirm: ({ likes }, signal) => {
      expectTypeOf(likes).toEqualTypeOf<string[]>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      return likes.length;
    },
  },
});
expectTypeOf(live.request('order', { at: '2026-01-01' })).toEqualTypeOf<Promise<{ at: string }>>();
expectTypeOf(live.request('again', 'x', { again: true, timeout: 0 })).toEqualTypeOf<Promise<number>>();
expectTypeOf(live.request('done', 1)).toEqualTypeOf<Promise<undefined>>();
// @ts-expect-error -- it is not idempotent
void live.request('order', { at: '2026-01-01' }, { again: true });
// @ts-expect-error -- no such request
void live.request('confirm', 1);
// @ts-expect-error -- no text
void live.request('again', 1);
// @ts-expect-error -- no number
connectWebSocket<typeof asking>('wss://example.com', { answers: { confirm: () => [] } });
// Without a route, anything goes.
expectTypeOf(connectWebSocket('wss://example.com').request('x', 1)).toEqualTypeOf<Promise<unknown>>();
