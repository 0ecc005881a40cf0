import { describe, expect, expectTypeOf, test } from 'vitest';

import type { Plugin, Server, ServicesOf } from '@blaizejs/types';

import { createPlugin } from './create-plugin.ts';

const server = {} as Server;

async function servicesOf<Provides extends object>(plugin: Plugin<Provides>): Promise<Provides> {
  return (await plugin.setup(server))?.services as Provides;
}

interface Options {
  url: string;
  pool: number;
}
const seen: Options[] = [];
const database = createPlugin(
  'database',
  '1.2.3',
  (_server, options: Options) => {
    seen.push(options);
    return { services: { db: { query: (sql: string) => `${options.url} ${sql}` } } };
  },
  { url: 'file:app.db', pool: 4 },
);

describe('createPlugin', () => {
  test('without options: as it is, or called', async () => {
    const clock = createPlugin('clock', '1.0.0', (given) => {
      expect(given).toBe(server);
      return { services: { now: () => 7 } };
    });
    for (const plugin of [clock, clock()]) {
      expectTypeOf(plugin).toExtend<Plugin<{ now: () => number }>>();
      expect([plugin.name, plugin.version]).toEqual(['clock', '1.0.0']);
      expect((await servicesOf(plugin)).now()).toBe(7);
    }
  });

  test('with options and defaults: as it is, or called with some of them', async () => {
    expectTypeOf(database).toBeCallableWith({ pool: 1 });
    expectTypeOf(database).toBeCallableWith();
    // @ts-expect-error -- there is no such option
    database({ pol: 1 });
    for (const plugin of [database, database(), database({ pool: 9 }), database({ url: 'file:x' })]) {
      await plugin.setup(server);
    }
    expect(seen.splice(0)).toEqual([
      { url: 'file:app.db', pool: 4 },
      { url: 'file:app.db', pool: 4 },
      { url: 'file:app.db', pool: 9 },
      { url: 'file:x', pool: 4 },
    ]);
  });

  test('an option that is undefined has its default', async () => {
    await database({ url: undefined } as unknown as Options).setup(server);
    expect(seen.splice(0)).toEqual([{ url: 'file:app.db', pool: 4 }]);
  });

  test('with options and no defaults: a plugin only once it is called', async () => {
    const mail = createPlugin('mail', '1.0.0', (_server, options: { key: string }) => ({
      services: { send: () => options.key },
    }));
    // @ts-expect-error -- the key is missing
    expectTypeOf(mail).toExtend<Plugin>();
    // @ts-expect-error -- the key is missing
    mail({});
    expect(mail).not.toHaveProperty('setup');
    expect((await servicesOf(mail({ key: 'k' }))).send()).toBe('k');
    expect(mail.name).toBe('mail');
  });

  test('setup may be async, and need not return anything', async () => {
    const quiet = createPlugin('quiet', '1.0.0', async () => {});
    expect(await quiet.setup(server)).toBeUndefined();
  });

  test('what it provides is known', () => {
    expectTypeOf<ServicesOf<typeof database>>().toEqualTypeOf<{
      db: { query: (sql: string) => string };
    }>();
    const none = createPlugin('none', '1.0.0', () => {});
    expectTypeOf(none).toExtend<Plugin>();
    expectTypeOf<ServicesOf<typeof none>>().toEqualTypeOf<object>();
    const later = createPlugin('later', '1.0.0', async () => ({ services: { n: 1 } }));
    expectTypeOf(later).toExtend<Plugin<{ n: number }>>();
    expectTypeOf<ServicesOf<typeof later>>().toEqualTypeOf<{ n: number }>();
    const both = createPlugin('both', '1.0.0', () => ({
      services: { n: 1 },
      perRequest: { path: (ctx) => ctx.request.path },
    }));
    expect(both.name).toBe('both');
    expectTypeOf<ServicesOf<typeof both>>().toEqualTypeOf<{ n: number } & { path: string }>();
  });

  test.each<[unknown[], string]>([
    [['', '1', () => 1], 'createPlugin("", …): name is a non-empty string.'],
    [[undefined, '1', () => 1], 'createPlugin(undefined, …): name is a non-empty string.'],
    [['a', '', () => 1], 'createPlugin("a", …): version is a non-empty string.'],
    [['a', 1, () => 1], 'createPlugin("a", …): version is a non-empty string.'],
    [['a', '1'], 'createPlugin("a", …): setup is a function, not undefined.'],
  ])('refuses %j', (args, message) => {
    const create = createPlugin as unknown as (...args: unknown[]) => unknown;
    expect(() => create(...args)).toThrow(
      expect.objectContaining({ code: 'ERR_BLAIZE_PLUGIN_DEFINITION', message }),
    );
  });
});
