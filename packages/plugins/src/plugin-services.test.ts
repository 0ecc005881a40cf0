import { describe, expect, test } from 'vitest';

import { PluginError } from '@blaizejs/errors';
import type { Plugin } from '@blaizejs/types';

import { noting, plugin, server } from '../test/plugins.ts';
import { createPlugin } from './create-plugin.ts';
import { PluginHost } from './plugin-host.ts';

describe('services', () => {
  test('of all plugins are on one object, there for the plugins after', async () => {
    const host = new PluginHost();
    const { services } = host;
    host.add(
      plugin('a', { services: { db: 1, undef: undefined } }),
      plugin('b', () => ({ services: { cache: [services.db] } })),
    );
    await host.setUp(server);
    expect(host.services).toBe(services);
    expect(services).toEqual({ db: 1, undef: undefined, cache: [1] });
  });

  test('that are provided twice are an error that names both', async () => {
    const log: string[] = [];
    const host = new PluginHost();
    const second = plugin('second', {
      services: { db: 2 },
      terminate: () => void log.push('second terminate'),
    });
    host.add(plugin('first', { services: { db: 1 } }), second);
    await expect(host.setUp(server)).rejects.toThrow(
      'Plugin "second" provides the service "db", which "first" provides already.',
    );
    // It is gone, and has closed what it had opened.
    expect(log).toEqual(['second terminate']);
    expect(host.plugins.map(({ name }) => name)).toEqual(['first']);
    expect(host.services).toEqual({ db: 1 });
    await host.stop(1000);
    expect(log).toEqual(['second terminate']);
  });

  test.each(['toString', 'constructor'])('may be called %s', async (name) => {
    const host = new PluginHost();
    host.add(plugin('a', { services: { [name]: 1 } }));
    await host.setUp(server);
    expect(host.services[name]).toBe(1);
  });
});

describe('names', () => {
  test('of two plugins are different, and the error says how to have two of one', async () => {
    const create = createPlugin('my-db', '1.0.0', (_server, { url }: { url: string }) => ({
      services: { [url]: url },
    }));
    const host = new PluginHost();
    host.add(create({ url: 'a' }));
    const message =
      'Plugin "my-db" is registered already. To use it twice, rename one: ' +
      '{ ...myDb(options), name: "my-db-2" }.';
    expect(() => host.add(create({ url: 'b' }))).toThrow(new PluginError('my-db', message.slice(15)));
    expect(() => host.add(create({ url: 'b' }))).toThrow(message);
    host.add({ ...create({ url: 'b' }), name: 'my-db-2' });
    await host.setUp(server);
    expect(host.services).toEqual({ a: 'a', b: 'b' });
    expect(host.plugins.map(({ name }) => name)).toEqual(['my-db', 'my-db-2']);
  });

  test('are free again once a plugin has failed in its setup, or was removed', async () => {
    const host = new PluginHost();
    host.add(
      plugin('db', () => {
        throw new Error('no');
      }),
    );
    await expect(host.setUp(server)).rejects.toThrow(PluginError);
    expect(host.plugins).toEqual([]);
    const second = plugin('db', { services: { db: 2 } });
    host.add(second);
    host.remove(second);
    host.remove(second);
    expect(host.plugins).toEqual([]);
    host.add(plugin('db', { services: { db: 3 } }));
    await host.setUp(server);
    expect(host.services).toEqual({ db: 3 });
  });

  test('one that is removed when it is set up keeps no later one from its setup', async () => {
    const log: string[] = [];
    const host = new PluginHost();
    const first = noting('first', log);
    host.add(first);
    await host.setUp(server);
    host.remove(first);
    host.add(noting('second', log));
    await host.setUp(server);
    expect(log).toEqual(['first setup', 'second setup']);
    await host.stop(1000);
    expect(log.slice(2)).toEqual(['second terminate', 'first terminate']);
  });
});

describe('services of each request', () => {
  const own = (name: string): Plugin => plugin(name, { perRequest: { [name]: () => ({}) } });

  test('there are none unless a plugin has some', async () => {
    const host = new PluginHost();
    host.add(plugin('a', { services: { a: 1 } }));
    await host.setUp(server);
    expect(host.perRequest).toBeUndefined();
    host.add(own('tx'));
    await host.setUp(server);
    expect(host.perRequest).toBeTypeOf('function');
    await host.stop(1000);
    expect(host.perRequest).toBeUndefined();
  });

  test('have names that no other service has', async () => {
    for (const [first, second] of [
      [plugin('first', { services: { tx: 1 } }), plugin('second', { perRequest: { tx: () => 2 } })],
      [plugin('first', { perRequest: { tx: () => 2 } }), plugin('second', { services: { tx: 1 } })],
      [plugin('first', { perRequest: { tx: () => 2 } }), plugin('second', { perRequest: { tx: () => 2 } })],
    ] as const) {
      const host = new PluginHost();
      host.add(first, second);
      await expect(host.setUp(server)).rejects.toThrow(
        'Plugin "second" provides the service "tx", which "first" provides already.',
      );
    }
  });
});
