import type { App, Context, Plugin, PluginTarget, Server, ServicesOf } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';

import { createPlugin } from './create-plugin.ts';

const plain = createPlugin('plain', '1.0.0', (server) => {
  expectTypeOf(server).toEqualTypeOf<PluginTarget>();
  expectTypeOf(server).toExtend<App>();
  // An app has no port.
  expectTypeOf(server.port).toEqualTypeOf<number | undefined>();
});
expectTypeOf(plain).toExtend<Plugin>();
expectTypeOf<Server>().toExtend<PluginTarget>();

const database = createPlugin('database', '1.0.0', async (_server, options: { url: string }) => {
  expectTypeOf(options.url).toBeString();
  return {
    services: { db: { url: options.url } },
    perRequest: {
      transaction: (ctx) => {
        expectTypeOf(ctx).toEqualTypeOf<Context>();
        return { id: 1 };
      },
    },
  };
});
type Provided = ServicesOf<typeof database>;
expectTypeOf<Provided['db']>().toEqualTypeOf<{ url: string }>();
expectTypeOf<Provided['transaction']>().toEqualTypeOf<{ id: number }>();
expectTypeOf<ServicesOf<ReturnType<typeof database>>>().toEqualTypeOf<Provided>();
// Without defaults it is no plugin before it has been called.
expectTypeOf(database).not.toExtend<Plugin>();
// @ts-expect-error -- its option is missing
database({});

const cache = createPlugin(
  'cache',
  '1.0.0',
  (_server, { ttl, prefix }: { ttl: number; prefix: string }) => ({ services: { cache: { ttl, prefix } } }),
  { ttl: 60, prefix: 'c:' },
);
expectTypeOf(cache).toExtend<Plugin>();
expectTypeOf(cache).toBeCallableWith();
expectTypeOf(cache).toBeCallableWith({ ttl: 300 });
expectTypeOf<ServicesOf<typeof cache>>().toEqualTypeOf<{ cache: { ttl: number; prefix: string } }>();
// @ts-expect-error -- it has no such option
cache({ tll: 1 });
// @ts-expect-error -- defaults have all options
createPlugin('bad', '1.0.0', (_server, _options: { a: number; b: number }) => {}, { a: 1 });

// A misspelt part is refused where it stands.
createPlugin('bad', '1.0.0', () => ({
  // @ts-expect-error -- `services`
  servces: { db: 1 },
}));
createPlugin('bad', '1.0.0', () => ({
  services: { db: 1 },
  // @ts-expect-error -- `onServerStart`
  onServerStrt() {},
}));
// @ts-expect-error -- also if it comes later
createPlugin('bad', '1.0.0', async () => ({ services: { db: 1 }, onServerStrt() {} }));
// @ts-expect-error -- and with options
createPlugin('bad', '1.0.0', async (_server, _options: { a: 1 }) => ({ services: {}, terminat() {} }));
// @ts-expect-error -- and defaults
createPlugin('bad', '1.0.0', (_server, _options: { a: 1 }) => ({ terminat() {} }), { a: 1 });

// It may return this or that.
export const either = createPlugin('either', '1.0.0', (server) => {
  if (server.plugins.length > 0) return { services: { db: 1 } };
  if (server.middleware.length > 0) return;
  return { services: { db: 2 }, terminate() {} };
});
expectTypeOf<ServicesOf<typeof either>>().toEqualTypeOf<{ db: number }>();
