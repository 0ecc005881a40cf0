import { setImmediate } from 'node:timers/promises';

import { PluginError } from '@blaizejs/errors';
import { createPlugin } from '@blaizejs/plugins';
import type { Plugin, PluginHooks } from '@blaizejs/types';
import { describe, expect, test, vi } from 'vitest';

import { keepingLogger } from '../test/contexts.ts';
import { requestChannel, type RequestTrace } from './channels.ts';
import { createApp } from './create-app.ts';

const get = (path = '/', init?: RequestInit) => new Request(`http://localhost${path}`, init);
const plugin = (name: string, hooks: PluginHooks): Plugin => createPlugin(name, '1.0.0', () => hooks);

describe('start', () => {
  test('happens once, however many requests wait for it, and before any is answered', async () => {
    const log: string[] = [];
    const slow = plugin('slow', {
      initialize: () => void log.push('initialize'),
      onServerStart: async () => {
        await setImmediate();
        log.push('started');
      },
    });
    const app = createApp({ logger: false, plugins: [slow] });
    app.router.addRoute('GET', '/', { handler: () => void log.push('answered') });
    await Promise.all([app.fetch(get()), app.fetch(get()), app.ready()]);
    await app.fetch(get());
    expect(log).toEqual(['initialize', 'started', 'answered', 'answered', 'answered']);
  });

  test.each<[string, PluginHooks]>([
    ['initialize', { initialize: () => Promise.reject(new Error('no database')) }],
    ['onServerStart', { onServerStart: () => Promise.reject(new Error('no database')) }],
  ])('that fails in %s is told to each request', async (_stage, hooks) => {
    const app = createApp({ logger: false, plugins: [plugin('db', hooks)] });
    for (let i = 0; i < 2; i++) await expect(app.fetch(get())).rejects.toThrow(PluginError);
  });

  test('routes that plugins add are there; their middleware and mounts, too', async () => {
    const routes = createPlugin('routes', '1.0.0', (server) => {
      server.router.addRoute('GET', '/plugin', { handler: () => 'plugin' });
      server.use({ name: 'header', onSend: ({ response }) => void response.header('x-a', '1') });
      server.mount('/mounted', () => new Response('mounted'));
    });
    const app = createApp({ logger: false, plugins: [routes] });
    const responses = await Promise.all([app.fetch(get('/plugin')), app.fetch(get('/mounted/x'))]);
    expect(await Promise.all(responses.map((response) => response.text()))).toEqual(['plugin', 'mounted']);
    expect(responses.map(({ headers }) => headers.get('x-a'))).toEqual(['1', '1']);
  });
});

describe('a running app', () => {
  test('serves what is added from the next request on', async () => {
    const app = createApp({ logger: false });
    expect((await app.fetch(get('/late'))).status).toBe(404);
    app.router.addRoute('GET', '/late', { handler: ({ services }) => ({ ...services }) });
    expect(await (await app.fetch(get('/late'))).json()).toEqual({});
    app.use([(ctx) => void ctx.response.status(202).text('middleware')]);
    expect((await app.fetch(get('/late'))).status).toBe(202);
  });

  test('starts a plugin that is registered late', async () => {
    const log: string[] = [];
    const app = createApp({ logger: false });
    await app.fetch(get());
    await app.register(
      plugin('late', {
        services: { late: 1 },
        initialize: () => log.push('initialize'),
        onServerStart: () => log.push('start'),
        terminate: () => log.push('terminate'),
      }),
    );
    expect(app.services).toEqual({ late: 1 });
    expect(app.plugins.map(({ name }) => name)).toEqual(['late']);
    await expect(app.register(plugin('late', {}))).rejects.toThrow('is registered already');
    await app.close();
    expect(log).toEqual(['initialize', 'start', 'terminate']);
  });

  test.each<[string, (log: string[]) => PluginHooks]>([
    [
      'setup',
      () => {
        throw new Error('no database');
      },
    ],
    [
      'initialize',
      (log) => ({
        initialize: () => Promise.reject(new Error('no database')),
        terminate: () => log.push('closed'),
      }),
    ],
    [
      'onServerStart',
      (log) => ({
        onServerStart: () => Promise.reject(new Error('no database')),
        terminate: () => log.push('closed'),
      }),
    ],
  ])('leaves nothing of a late plugin that fails in %s', async (stage, hooksOf) => {
    const log: string[] = [];
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/own', { handler: () => 'own' });
    await app.fetch(get());
    const late = createPlugin('late', '1.0.0', (target): PluginHooks => {
      target.router.addRoute('GET', '/late', { handler: () => 'late' });
      target.use(() => undefined);
      target.mount('/mounted', () => new Response('mounted'));
      return { services: { late: 1 }, ...hooksOf(log) };
    });
    await expect(app.register(late)).rejects.toThrow(`Plugin "late" failed in ${stage}: no database`);
    expect(app.router.routes.map(({ pattern }) => pattern)).toEqual(['/own']);
    expect([app.middleware, app.plugins]).toEqual([[], []]);
    expect(app.services).toEqual({});
    expect(log).toEqual(stage === 'setup' ? [] : ['closed']);
    const answers = await Promise.all(['/own', '/late', '/mounted'].map((path) => app.fetch(get(path))));
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 404]);
  });

  test('tells each of two late plugins of its own failure', async () => {
    const app = createApp({ logger: false });
    const bad = createPlugin('bad', '1.0.0', () => Promise.reject(new Error('no')));
    const [good, failed] = await Promise.allSettled([app.register(plugin('good', {})), app.register(bad)]);
    expect([good.status, failed.status]).toEqual(['fulfilled', 'rejected']);
    expect(app.plugins.map(({ name }) => name)).toEqual(['good']);
  });

  test('refuses a plugin that is registered in the setup of another, which would wait for itself', async () => {
    const outer = createPlugin('outer', '1.0.0', async (target) => {
      await Promise.resolve();
      await target.register(plugin('inner', {}));
    });
    const app = createApp({ logger: false, plugins: [outer], pluginTimeout: 0 });
    await expect(app.ready()).rejects.toThrow(
      'Plugin "inner" cannot be registered in setup of "outer", which would wait for itself. ' +
        'Add it to `plugins` before "outer", or register it in initialize.',
    );
    expect(app.plugins).toEqual([]);
  });

  test('takes a plugin that another registers in initialize, and one of another app in setup', async () => {
    const inner = createApp({ logger: false });
    const outer = createPlugin('outer', '1.0.0', async (target) => {
      await inner.register(plugin('other', {}));
      return { initialize: () => target.register(plugin('inner', { services: { answer: 42 } })) };
    });
    const app = createApp({ logger: false, plugins: [outer] });
    await app.ready();
    expect(app.services).toEqual({ answer: 42 });
    expect([...app.plugins, ...inner.plugins].map(({ name }) => name)).toEqual(['outer', 'inner', 'other']);
  });

  test('takes a plugin that somebody else registers while one is set up', async () => {
    const plugins: Plugin[] = [];
    let finish = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      const slow = createPlugin('slow', '1.0.0', () => {
        resolve();
        return new Promise<void>((end) => (finish = end));
      });
      plugins.push(slow);
    });
    const app = createApp({ logger: false, plugins });
    const ready = app.ready();
    await begun;
    const registered = app.register(plugin('second', {}));
    finish();
    await Promise.all([ready, registered]);
    expect(app.plugins.map(({ name }) => name)).toEqual(['slow', 'second']);
  });

  test('ends a plugin that hangs, after `pluginTimeout`', async () => {
    const hanging = createPlugin('hanging', '1.0.0', () => new Promise<never>(() => undefined));
    const app = createApp({ logger: false, plugins: [hanging], pluginTimeout: 20 });
    await expect(app.ready()).rejects.toThrow('Plugin "hanging" did not finish setup within 20 ms');
  });

  test('refuses a plugin as middleware, and middleware as a plugin', () => {
    const made = plugin('db', {});
    expect(() => createApp({ middleware: [made as never] })).toThrow(
      'middleware[0]: expected a function (ctx, next) or what createMiddleware() returned, received a function. ' +
        'It is a plugin: add it to `plugins`.',
    );
    expect(() => createApp().use(made as never)).toThrow('It is a plugin: add it to `plugins`.');
    expect(() => createApp({ plugins: [{ name: 'log', onSend: () => undefined } as never] })).toThrow(
      'If it is middleware, give it to `middleware`.',
    );
  });
});

describe('events', () => {
  test('of errors go to the log only if nobody listens, or a listener fails', async () => {
    const { log, lines } = keepingLogger();
    const app = createApp({ logger: log });
    app.router.addRoute('GET', '/', { handler: (ctx) => ctx.waitUntil(Promise.reject(new Error('work'))) });
    app.events.on('error', () => Promise.reject(new Error('listener')));
    await app.fetch(get());
    await vi.waitFor(() =>
      expect(lines.map(([, , message]) => message)).toEqual(['A listener of the error event failed']),
    );
  });

  test('tell how many routes were loaded', async () => {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/', { handler: () => 1 });
    const counts: number[] = [];
    app.events.on('routes:loaded', (count) => counts.push(count));
    await app.ready();
    await app.ready();
    expect(counts).toEqual([1]);
  });
});

test('what subscribes to the request channel sees each request, its route, status and error', async () => {
  const seen: [string, string | undefined, number, string | undefined][] = [];
  const note = (event: string) => (trace: unknown) => {
    const { route, status, error } = trace as RequestTrace;
    seen.push([event, route?.pattern, status, error?.message]);
  };
  const subscribers = {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  const app = createApp({ logger: false });
  app.router.addRoute('GET', '/users/:id', { handler: async () => setImmediate('x') });
  app.router.addRoute('GET', '/fault', { handler: () => Promise.reject(new Error('fault')) });
  requestChannel.subscribe(subscribers);
  try {
    await app.fetch(get('/users/1'));
    await app.fetch(get('/fault'));
  } finally {
    requestChannel.unsubscribe(subscribers);
  }
  await app.fetch(get('/users/2'));
  expect(seen).toEqual([
    ['start', '/users/:id', 0, undefined],
    ['end', '/users/:id', 0, undefined],
    ['asyncStart', '/users/:id', 200, undefined],
    ['asyncEnd', '/users/:id', 200, undefined],
    ['start', '/fault', 0, undefined],
    ['end', '/fault', 0, undefined],
    ['error', '/fault', 500, 'fault'],
    ['asyncStart', '/fault', 500, 'fault'],
    ['asyncEnd', '/fault', 500, 'fault'],
  ]);
});
