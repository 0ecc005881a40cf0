import { createMiddleware } from '@blaizejs/middleware';
import { createPlugin } from '@blaizejs/plugins';
import type { AnyContext, App } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';

import type { AppOptions } from './app-options.ts';
import { createApp } from './create-app.ts';

const requireUser = createMiddleware<{ user: string }>((_ctx, next) => next());
const requireAdmin = createMiddleware<{ role: 'admin' }, { user: string }>((_ctx, next) => next());
const database = createPlugin('database', '1.0.0', () => ({
  services: { db: 'a database' },
  perRequest: { transaction: () => 1 },
}));

const app = createApp({
  middleware: [
    requireUser,
    requireAdmin,
    (ctx, next) => {
      expectTypeOf(ctx).toExtend<AnyContext>();
      return next();
    },
  ],
  plugins: [database],
});
expectTypeOf(app.services.db).toBeString();
app.router.addRoute('GET', '/', {
  middleware: [requireAdmin],
  handler: ({ state, services }) => {
    expectTypeOf(state.user).toBeString();
    expectTypeOf(services.db).toBeString();
    expectTypeOf(services.transaction).toBeNumber();
    return state.role;
  },
});
expectTypeOf(app).toExtend<App>();

declare const options: AppOptions;
export const plain = [createApp(), createApp({}), createApp(options)] as const;
type Plain = (typeof plain)[number];
expectTypeOf<Plain>().toExtend<App>();
expectTypeOf<App>().toExtend<Plain>();

// @ts-expect-error -- nothing adds the user
createApp({ middleware: [requireAdmin] });
// @ts-expect-error -- it comes too late
createApp({ middleware: [requireAdmin, requireUser] });
// @ts-expect-error -- there is no such option
createApp({ routesDir: './routes' });
// @ts-expect-error -- `caseSensitive`
createApp({ router: { casSensitive: true } });
// @ts-expect-error -- `bodyLimit`
createApp({ middleware: [requireUser], bodyLimt: 1 });
// @ts-expect-error -- `handlerTimeout`
createApp({ plugins: [database], limits: { handlerTimout: 1 } });
