import { createMiddleware } from '@blaizejs/middleware';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';

import { createRooms, createWebSocketRoute, type Rooms } from '../websocket.ts';

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
