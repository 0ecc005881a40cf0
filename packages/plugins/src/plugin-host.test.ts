import { setTimeout } from 'node:timers/promises';

import { describe, expect, onTestFinished, test, vi } from 'vitest';

import { PluginError } from '@blaizejs/errors';
import type { Plugin, PluginHooks } from '@blaizejs/types';

import { noting, plugin, server, up } from '../test/plugins.ts';
import { createPlugin } from './create-plugin.ts';
import { PluginHost } from './plugin-host.ts';

describe('life', () => {
  test('goes up in order and down in reverse, one after the other', async () => {
    const log: string[] = [];
    const host = new PluginHost();
    host.add(noting('a', log), noting('b', log));
    expect(host.plugins.map(({ name }) => name)).toEqual(['a', 'b']);
    await up(host);
    expect(log.splice(0)).toEqual([
      'a setup',
      'b setup',
      'a initialize',
      'b initialize',
      'a onServerStart',
      'b onServerStart',
    ]);
    expect(await host.stop(1000)).toEqual([]);
    expect(log).toEqual(['b onServerStop', 'a onServerStop', 'b terminate', 'a terminate']);
  });

  test('each stage happens once, also for plugins that come late', async () => {
    const log: string[] = [];
    const host = new PluginHost();
    host.add(noting('a', log));
    await up(host);
    host.add(noting('b', log));
    await up(host);
    await up(host);
    expect(log.splice(3)).toEqual(['b setup', 'b initialize', 'b onServerStart']);
    await host.stop(1000);
    log.length = 0;
    expect(await host.stop(1000)).toEqual([]);
    expect(log).toEqual([]);
  });

  test('a plugin can not register another one in its setup, and can in initialize', async () => {
    const log: string[] = [];
    const host = new PluginHost();
    const child = noting('child', log);
    host.add(createPlugin('early', '1.0.0', () => host.add(child)));
    await expect(host.setUp(server)).rejects.toThrow(
      'Plugin "child" cannot be registered in setup of "early", which would wait for itself.',
    );
    expect(host.plugins).toEqual([]);
    const initialize = async (): Promise<void> => {
      host.add(child);
      await host.setUp(server);
    };
    host.add(plugin('late', { initialize }));
    await up(host);
    expect(log).toEqual(['child setup', 'child initialize', 'child onServerStart']);
  });

  test('what was not started is not stopped, but terminated', async () => {
    const log: string[] = [];
    const host = new PluginHost();
    host.add(noting('a', log));
    await host.setUp(server);
    await host.stop(1000);
    expect(log).toEqual(['a setup', 'a terminate']);
  });

  test('can begin again after the end', async () => {
    const log: string[] = [];
    const host = new PluginHost();
    host.add(noting('a', log), plugin('b', { services: { b: 1 } }));
    await up(host);
    await host.stop(1000);
    expect(host.services).toEqual({});
    log.length = 0;
    await up(host);
    expect(log).toEqual(['a setup', 'a initialize', 'a onServerStart']);
    expect(host.services).toEqual({ b: 1 });
  });

  test('hooks are called on the object that setup returned', async () => {
    const hooks = {
      calls: 0,
      initialize() {
        this.calls++;
      },
      terminate() {
        this.calls++;
      },
    };
    const host = new PluginHost();
    host.add(plugin('a', hooks));
    await up(host);
    await host.stop(1000);
    expect(hooks.calls).toBe(2);
  });
});

describe('failures on the way up', () => {
  const cause = new Error('no database');
  const fail = (): never => {
    throw cause;
  };

  test.each<[string, Plugin]>([
    ['setup', plugin('db', fail)],
    ['setup', plugin('db', () => Promise.reject(cause))],
    ['initialize', plugin('db', { initialize: fail })],
    ['onServerStart', plugin('db', { onServerStart: () => Promise.reject(cause) })],
  ])('in %s name the plugin and the stage, and keep the cause', async (stage, broken) => {
    const log: string[] = [];
    const host = new PluginHost();
    host.add(noting('a', log), broken, noting('never', log));
    const error: unknown = await up(host).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PluginError);
    expect(error).toMatchObject({
      plugin: 'db',
      code: 'ERR_BLAIZE_PLUGIN',
      message: `Plugin "db" failed in ${stage}: no database`,
      cause,
    });
    // Those before it are undone; those after it were not reached.
    await host.stop(1000);
    expect(log.at(-1)).toBe('a terminate');
    expect(log).not.toContain(`never ${stage}`);
  });

  test('say what was thrown where that is no error', async () => {
    const host = new PluginHost();
    const thrower = (): never => {
      throw 'nope';
    };
    host.add(plugin('db', thrower));
    await expect(host.setUp(server)).rejects.toThrow('Plugin "db" failed in setup: Thrown: nope');
  });

  test('in onServerStart: what half started is stopped too', async () => {
    let stopped = false;
    const host = new PluginHost();
    host.add(plugin('half', { onServerStart: fail, onServerStop: () => (stopped = true) }));
    await expect(up(host)).rejects.toThrow(PluginError);
    await host.stop(1000);
    expect(stopped).toBe(true);
  });
});

describe('what setup returned', () => {
  test.each<[unknown, string]>([
    [
      { onServerStrat: () => 1 },
      'onServerStrat: expected one of the options services, perRequest, initialize, onServerStart, onServerStop, terminate, received a function. Did you mean `onServerStart`?',
    ],
    [{ service: { db: 1 } }, 'received an object. Did you mean `services`?'],
    [{ onClose: () => 1 }, 'onClose: expected one of the options services'],
    [{ terminate: 'db.close' }, 'terminate: expected a function, received "db.close"'],
    [{ services: [1] }, 'services: expected an object of services by name, received a list'],
    [
      { perRequest: { tx: 1 } },
      'perRequest.tx: expected a function (ctx) that makes the service, received 1',
    ],
    [['db'], 'setup: expected an object of hooks and services, or nothing, received a list'],
    ['db', 'setup: expected an object of hooks and services, or nothing, received "db"'],
  ])('is refused if it is not hooks (case %#)', async (hooks, problem) => {
    const host = new PluginHost();
    host.add(plugin('db', hooks as PluginHooks));
    host.add(plugin('fn', () => hooks as PluginHooks));
    const error: unknown = await host.setUp(server).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_BLAIZE_PLUGIN', plugin: 'db' });
    expect((error as Error).message).toMatch(/^Plugin "db" returned hooks with 1 problem:\n {2}- /);
    expect((error as Error).message).toContain(problem);
    expect(host.plugins.map(({ name }) => name)).toEqual(['fn']);
  });

  test('is released again if it is refused', async () => {
    const log: string[] = [];
    const host = new PluginHost();
    host.add(plugin('db', () => ({ terminate: () => log.push('closed'), onStart: () => 1 })));
    await expect(host.setUp(server)).rejects.toThrow('onStart');
    expect(log).toEqual(['closed']);
  });

  test('may be nothing, the server, or an instance of a class', async () => {
    class Database {
      readonly services = { db: this };
      connections = 3;
      readonly query = (): number => this.connections;
      terminate(): void {
        this.connections = 0;
      }
    }
    const database = new Database();
    const host = new PluginHost();
    host.add(
      plugin('a', () => undefined as never),
      plugin('b', () => server),
      plugin('c', () => database),
    );
    await host.setUp(server);
    expect(host.services).toEqual({ db: database });
    await host.stop(1000);
    expect(database.connections).toBe(0);
  });
});

describe('a limit of time', () => {
  const forever = (): Promise<never> => new Promise(() => undefined);

  test.each<[string, PluginHooks | (() => Promise<PluginHooks>)]>([
    ['setup', forever],
    ['initialize', { initialize: forever }],
    ['onServerStart', { onServerStart: forever }],
  ])('ends %s, and names the plugin and the option', async (stage, hooks) => {
    const host = new PluginHost({ timeout: 20 });
    host.add(plugin('db', hooks));
    await expect(up(host)).rejects.toThrow(
      `Plugin "db" did not finish ${stage} within 20 ms. If it needs longer, raise the option \`pluginTimeout\`.`,
    );
  });

  test('that is over lets what setup opens afterwards be closed', async () => {
    let open!: (hooks: PluginHooks) => void;
    const closed = new Promise<void>((resolve) => {
      const host = new PluginHost({ timeout: 1 });
      host.add(plugin('db', () => new Promise((done) => (open = done))));
      void host.setUp(server).catch(() => open({ terminate: resolve }));
    });
    await closed;
  });

  test('is not there where it is 0, and a worker without timers does without', async () => {
    vi.stubGlobal('setTimeout', () => {
      throw new Error('Disallowed operation called within global scope.');
    });
    try {
      for (const timeout of [0, 1]) {
        const host = new PluginHost({ timeout });
        host.add(plugin('db', () => Promise.resolve({ services: { db: 1 } })));
        await up(host);
        expect(host.services).toEqual({ db: 1 });
      }
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('one plugin', () => {
  test('is dropped as if it had never been there', async () => {
    const log: string[] = [];
    const host = new PluginHost();
    const b = plugin('b', {
      services: { b: 1 },
      perRequest: { tx: () => 1 },
      terminate: () => log.push('b closed'),
    });
    host.add(plugin('a', { services: { a: 1 } }), b);
    await up(host);
    expect(await host.drop(b, 1000)).toEqual([]);
    expect(log).toEqual(['b closed']);
    expect(host.services).toEqual({ a: 1 });
    expect(host.perRequest).toBeUndefined();
    expect(host.plugins.map(({ name }) => name)).toEqual(['a']);
    host.add(b);
    await up(host);
    expect(host.services).toEqual({ a: 1, b: 1 });
  });

  test('can be set up without those after it, and hears of its own failure, whoever met it', async () => {
    const log: string[] = [];
    const host = new PluginHost();
    const a = noting('a', log);
    const bad = plugin('bad', () => Promise.reject(new Error('no')));
    host.add(a, bad);
    await host.setUp(server, a);
    expect(log).toEqual(['a setup']);
    await expect(host.setUp(server)).rejects.toThrow('no');
    await expect(host.setUp(server, bad)).rejects.toThrow('Plugin "bad" failed in setup: no');
  });
});

describe('failures on the way down', () => {
  test('are reported, and keep no other plugin from stopping', async () => {
    const log: string[] = [];
    const broken = plugin('broken', {
      onServerStop: () => Promise.reject(new Error('busy')),
      terminate: () => {
        throw new Error('still busy');
      },
    });
    const host = new PluginHost();
    host.add(noting('a', log), broken, noting('b', log));
    await up(host);
    log.length = 0;
    const errors = await host.stop(1000);
    expect(errors.map(({ message }) => message)).toEqual([
      'Plugin "broken" failed in onServerStop: busy',
      'Plugin "broken" failed in terminate: still busy',
    ]);
    expect(log).toEqual(['b onServerStop', 'a onServerStop', 'b terminate', 'a terminate']);
  });

  test('one that hangs is left behind when its share of the time is over', async () => {
    const log: string[] = [];
    const hanging = plugin('hanging', { terminate: () => new Promise(() => {}) });
    const host = new PluginHost();
    host.add(noting('a', log), hanging, noting('b', log));
    await up(host);
    log.length = 0;
    const errors = await host.stop(200);
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^Plugin "hanging" did not finish terminate within \d+ ms; it was left behind\.$/,
      ),
    ]);
    expect(log).toEqual(['b onServerStop', 'a onServerStop', 'b terminate', 'a terminate']);
  });

  test('all that hang end together in the time that there is', async () => {
    const hang = { onServerStop: () => new Promise(() => {}), terminate: () => new Promise(() => {}) };
    const host = new PluginHost();
    host.add(plugin('a', hang), plugin('b', hang));
    await up(host);
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const stopping = host.stop(80);
    await vi.advanceTimersByTimeAsync(80);
    expect((await stopping).map((error) => error.plugin)).toEqual(['b', 'a', 'b', 'a']);
  });

  test('a late failure of one that was left behind harms nobody', async () => {
    let reject!: (error: Error) => void;
    const slow = plugin('slow', { terminate: () => new Promise((_resolve, r) => (reject = r)) });
    const host = new PluginHost();
    host.add(slow);
    await up(host);
    expect(await host.stop(1)).toHaveLength(1);
    // vitest fails a run that has an unhandled rejection.
    reject(new Error('late'));
    await setTimeout(1);
  });

  test('without any time, what is synchronous still runs', async () => {
    let done = false;
    const host = new PluginHost();
    host.add(plugin('a', { terminate: () => void (done = true) }));
    await up(host);
    expect(await host.stop(0)).toEqual([]);
    expect(done).toBe(true);
  });
});

test.each<[unknown, string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  ['db', 'db'],
  [{ name: 'db' }, 'db'],
  [createPlugin('mail', '1.0.0', (_server, _options: { key: string }) => {}), 'mail'],
])('what is no plugin is refused (case %#)', (value, name) => {
  const host = new PluginHost();
  expect(() => host.add(value as Plugin)).toThrow(
    `Plugin "${name}" is not a plugin. Pass what createPlugin() returned, called with its options if it has no defaults.`,
  );
  expect(host.plugins).toEqual([]);
});
