import { createApp } from '@blaizejs/app';
import { createMiddleware } from '@blaizejs/middleware';
import type { Middleware } from '@blaizejs/types';
import { createGetRoute } from '@blaizejs/router';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';

import { memoryStore, session, type Session, type SessionStore } from './session.ts';

interface Data {
  user?: { readonly id: number };
  visits: number;
}
const typed = session<Data>({ secret: '' });
expectTypeOf(typed).toEqualTypeOf<Middleware<{ session: Session<Data> }>>();
expectTypeOf(session({ store: memoryStore() })).toEqualTypeOf<Middleware<{ session: Session }>>();

// A schema types it.
const schema = z.object({ at: z.coerce.date().optional(), visits: z.number().default(0) });
expectTypeOf(session({ secret: '', schema })).toEqualTypeOf<
  Middleware<{ session: Session<{ at?: Date | undefined; visits: number }> }>
>();
// @ts-expect-error -- of other data
session<Data>({ secret: '', schema: z.object({ visits: z.string() }) });

// Routes see it.
createGetRoute({
  middleware: [typed],
  handler: async ({ state }) => {
    expectTypeOf(state.session.get('user')).toEqualTypeOf<Promise<{ readonly id: number } | undefined>>();
    expectTypeOf(state.session.flash('visits')).toEqualTypeOf<Promise<number | undefined>>();
    expectTypeOf(state.session.id()).toEqualTypeOf<Promise<string | undefined>>();
    state.session.set('visits', 1);
    state.session.set('user', { id: 7 });
    state.session.delete('user');
    // @ts-expect-error -- it is not a text
    state.session.set('visits', '1');
    // @ts-expect-error -- no such key
    state.session.set('vists', 1);
    // @ts-expect-error -- no such key
    await state.session.get('vists');
    expectTypeOf(state.session.isNew()).toEqualTypeOf<Promise<boolean>>();
  },
});

// And so do all routes of an app.
createApp({ middleware: [typed] }).router.addRoute('GET', '/', {
  handler: ({ state }) => {
    expectTypeOf(state.session).toEqualTypeOf<Session<Data>>();
  },
});

// A guard needs it.
createMiddleware<{ user: number }, { session: Session<Data> }>({
  onRequest: async (ctx) => {
    const user = await ctx.state.session.get('user');
    ctx.state.user = user?.id ?? 0;
  },
});

// @ts-expect-error -- `secret`
session({ secrets: [''] });
// @ts-expect-error -- always HttpOnly
session({ secret: '', cookie: { httpOnly: false } });
expectTypeOf(memoryStore()).toExtend<SessionStore>();
