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

describe('close', () => {
  test('waits for requests and for work behind them, and stops plugins after it', async () => {
    const log: string[] = [];
    let answer!: () => void;
    let finish!: () => void;
    const app = createApp({
      logger: false,
      plugins: [
        plugin('db', { onServerStop: () => log.push('stop'), terminate: () => log.push('terminate') }),
      ],
    });
    app.router.addRoute('GET', '/', {
      handler: async (ctx) => {
        ctx.waitUntil(new Promise<void>((resolve) => (finish = resolve)).then(() => log.push('work')));
        await new Promise<void>((resolve) => (answer = resolve));
        log.push('answered');
      },
    });
    const answered = app.fetch(get());
    await vi.waitFor(() => expect(answer).toBeDefined());
    const closed = app.close({
      onStopping: () => log.push('stopping'),
      onStopped: () => log.push('stopped'),
    });
    answer();
    await answered;
    finish();
    await closed;
    expect(log).toEqual(['answered', 'work', 'stopping', 'stop', 'terminate', 'stopped']);
    await app.close();
    await expect(app.fetch(get())).rejects.toMatchObject({
      message: "Can't make ready: the app was closed. Create a new one.",
    });
    await expect(app.register(plugin('late', {}))).rejects.toThrow('the app was closed');
  });

  test.each([-1, NaN, Infinity])('has a time that is one, unlike %s', async (timeout) => {
    await expect(createApp({ logger: false }).close({ timeout })).rejects.toThrow(RangeError);
  });

  test('takes no longer than its time, and says what was left', async () => {
    const { log, lines } = keepingLogger();
    const app = createApp({ logger: log });
    app.router.addRoute('GET', '/', { handler: () => new Promise(() => undefined) });
    void app.fetch(get());
    await setImmediate();
    await app.close({ timeout: 20 });
    expect(lines).toContainEqual([
      'warn',
      expect.stringMatching(/^Requests were still in flight after \d+ ms; their connections were cut$/),
    ]);
  });

  test('tells listeners in order, and first serves on for drainDelay', async () => {
    const log: string[] = [];
    const app = createApp({ logger: false, drainDelay: 5 });
    app.router.addRoute('GET', '/', { handler: () => 'served' });
    for (const event of ['closing', 'draining', 'stopping', 'stopped'] as const) {
      app.events.on(event, () => log.push(event));
    }
    app.events.on('closing', async () => {
      log.push(await (await app.fetch(get())).text());
    });
    await using closing = app;
    await closing.close();
    expect(log).toEqual(['closing', 'served', 'draining', 'stopping', 'stopped']);
  });

  test('is not kept by a listener or plugin that fails', async () => {
    const { log, lines } = keepingLogger();
    const app = createApp({
      logger: log,
      plugins: [plugin('db', { terminate: () => Promise.reject(new Error('busy')) })],
    });
    await app.ready();
    app.events.on('stopping', () => {
      throw new Error('listener');
    });
    await app.close({ onStopped: () => Promise.reject(new Error('callback')) });
    expect(lines.map(([, , message]) => message)).toEqual([
      'listener',
      'Plugin "db" failed in terminate: busy',
      'callback',
    ]);
  });
});

describe('work that goes on after the answer', () => {
  test('is handed on to the surroundings; a failure is reported once, and ends nothing', async () => {
    const { log, lines } = keepingLogger();
    const app = createApp({ logger: log });
    app.router.addRoute('GET', '/', {
      handler: (ctx) => {
        ctx.waitUntil(Promise.reject(new Error('no mail')));
        return { platform: ctx.platform, ip: ctx.request.ip };
      },
    });
    const handed: Promise<unknown>[] = [];
    const info = {
      waitUntil: (work: Promise<unknown>) => void handed.push(work),
      platform: 'worker',
      remoteAddress: '192.0.2.1',
    };
    expect(await (await app.fetch(get(), info)).json()).toEqual({ platform: 'worker', ip: '192.0.2.1' });
    expect(await Promise.all(handed)).toEqual([undefined]);
    await vi.waitFor(() =>
      expect(lines).toEqual([['error', { err: expect.any(Error) as Error }, 'no mail']]),
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

describe('streams', () => {
  test.each<[string, () => unknown]>([
    [
      'an async iterable',
      async function* () {
        yield 'a';
        yield Buffer.from('b');
      },
    ],
    ['a Web stream', () => new Blob(['ab']).stream()],
    ['a Blob', () => new Blob(['ab'])],
  ])('%s is sent', async (_what, make) => {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/', { handler: () => make() });
    expect(await (await app.fetch(get())).text()).toBe('ab');
  });

  test('one that fails at once is an error like any other', async () => {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/', {
      // eslint-disable-next-line require-yield -- it fails before
      handler: async function* () {
        await setImmediate();
        throw new Error('gone');
      },
    });
    expect((await app.fetch(get())).status).toBe(500);
  });

  test.each<[string, string, RegExp]>([
    ['less', '9', /yielded less than the 9 bytes/],
    ['more', '1', /yielded more than the 1 bytes/],
  ])('one that gives %s than it announced is broken off', async (_what, length, message) => {
    const { log, lines } = keepingLogger();
    const app = createApp({ logger: log });
    app.router.addRoute('GET', '/', {
      handler: (ctx) =>
        ctx.response.header('content-length', length).stream(
          (async function* () {
            yield 'a';
            await setImmediate();
            yield 'bc';
          })(),
        ),
    });
    await expect(app.fetch(get()).then((response) => response.text())).rejects.toThrow();
    expect(lines[0]?.[2]).toMatch(message);
  });

  test('one of objects is refused', async () => {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/', {
      handler: async function* () {
        yield { a: 1 };
      },
    });
    expect((await app.fetch(get())).status).toBe(500);
  });

  test('events end when the app closes', async () => {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/', {
      handler: ({ response }) =>
        response.type('text/event-stream').stream(
          (async function* () {
            yield 'data: 1\n\n';
            await new Promise(() => undefined);
          })(),
        ),
    });
    const response = await app.fetch(get());
    const text = response.text();
    await setImmediate();
    await app.close({ timeout: 1000 });
    expect(await text).toBe('data: 1\n\n');
  });
});
