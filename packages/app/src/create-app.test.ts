import { ConfigurationError, NotFoundError } from '@blaizejs/errors';
import { createMiddleware } from '@blaizejs/middleware';
import { createPlugin } from '@blaizejs/plugins';
import type { App, Services, State } from '@blaizejs/types';
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { z } from 'zod';

import { keepingLogger } from '../test/contexts.ts';
import { createApp } from './create-app.ts';

const get = (path: string, init?: RequestInit) => new Request(`http://localhost${path}`, init);

afterEach(() => void vi.restoreAllMocks());

describe('types', () => {
  const user = createMiddleware<{ user: string }>({ name: 'user', onRequest: () => undefined });
  const tenant = createMiddleware<{ tenant: number }, { user: string }>({
    name: 'tenant',
    onRequest: (ctx) => void (ctx.state.tenant = ctx.state.user.length),
  });

  test('what middleware and plugins add is known', () => {
    const clock = createPlugin('clock', '1.0.0', () => ({ services: { now: () => Number('7') } }));
    const app = createApp({ middleware: [user, tenant], plugins: [clock] });
    expectTypeOf(app).toExtend<App<{ state: State & { user: string }; services: Services }>>();
    expectTypeOf(app.services.now).toEqualTypeOf<() => number>();
    expectTypeOf(createApp()).toExtend<App>();
  });

  test('middleware and plugins may be written in their lists', () => {
    const app = createApp({
      logger: false,
      middleware: [
        user,
        async (ctx, next) => {
          expectTypeOf(ctx.request.path).toBeString();
          await next();
        },
        { name: 'inline', onSend: (ctx) => void ctx.response.header('x-a', '1') },
      ],
      plugins: [
        {
          name: 'inline',
          version: '1.0.0',
          setup: (server) => server.router.addRoute('GET', '/', { handler: () => 1 }),
        },
      ],
    });
    expect(app.middleware.map(({ name }) => name)).toEqual(['user', 'anonymous', 'inline']);
  });

  test('middleware that needs what nothing before it adds does not compile', () => {
    // @ts-expect-error -- the user is not there yet
    createApp({ middleware: [tenant, user] });
    createApp({ middleware: [user, tenant] });
  });
});

test('options that can not be used are told all at once', () => {
  expect(() => createApp({ bodyLimit: -1, mode: 'test' as never, port: 3000 } as never)).toThrow(
    ConfigurationError,
  );
});

describe('every answer', () => {
  function appThatNotes() {
    const { log, lines } = keepingLogger();
    const seen: unknown[] = [];
    const app = createApp({
      logger: log,
      mode: 'production',
      limits: { handlerTimeout: 30 },
      bodyLimit: 5,
      middleware: [
        {
          name: 'hooks',
          onSend: ({ response }) => {
            seen.push([response.statusCode, response.get('content-type'), response.get('content-length')]);
            response.header('x-seen', '1');
          },
        },
      ],
    });
    app.router.addRoute('GET', '/value', { handler: () => ({ a: 1 }) });
    app.router.addRoute('GET', '/none', { handler: () => undefined });
    app.router.addRoute('GET', '/missing', {
      handler: () => {
        throw new NotFoundError('No such thing.');
      },
    });
    app.router.addRoute('GET', '/fault', {
      handler: () => {
        throw new Error('secret');
      },
    });
    app.router.addRoute('GET', '/never', { handler: () => new Promise(() => undefined) });
    app.router.addRoute('POST', '/body', { schema: { body: z.unknown() }, handler: () => 'read' });
    app.router.addRoute('GET', '/refused', { middleware: [() => undefined], handler: () => 'never' });
    return { app, seen, lines };
  }

  test.each<[string, Request, number]>([
    ['a value', get('/value'), 200],
    ['no content', get('/none'), 204],
    ['an error that is meant', get('/missing'), 404],
    ['a fault', get('/fault'), 500],
    ['a timeout', get('/never'), 503],
    ['nothing there', get('/nowhere'), 404],
    ['another method', get('/value', { method: 'DELETE' }), 405],
    ['OPTIONS', get('/value', { method: 'OPTIONS' }), 204],
    ['an unknown method', get('/value', { method: 'PROPFINDX' }), 501],
    ['a body that is too large', get('/body', { method: 'POST', body: '123456' }), 413],
    ['a path that can not be read', get('/%zz'), 400],
    ['a chain that nobody answered', get('/refused'), 404],
  ])('%s is seen by the hooks as it is sent', async (_what, request, status) => {
    const { app, seen } = appThatNotes();
    const response = await app.fetch(request);
    expect([response.status, response.headers.get('x-seen')]).toEqual([status, '1']);
    const text = await response.text();
    const type = status === 204 ? undefined : response.headers.get('content-type');
    const length = status === 204 ? undefined : String(text.length);
    expect(seen).toEqual([[status, type, length]]);
    expect(text).not.toContain('secret');
  });

  test('HEAD shows hooks what GET would send, and sends none of it', async () => {
    const { app, seen } = appThatNotes();
    const response = await app.fetch(get('/value', { method: 'HEAD' }));
    expect([response.status, await response.text(), response.headers.get('content-length')]).toEqual([
      200,
      '',
      '7',
    ]);
    expect(seen).toEqual([[200, 'application/json; charset=utf-8', '7']]);
  });

  test('a fault is logged and reported once, a refusal is not', async () => {
    const { app, lines } = appThatNotes();
    const heard: Error[] = [];
    app.events.on('error', (error) => heard.push(error));
    await app.fetch(get('/fault'));
    await app.fetch(get('/missing'));
    await app.fetch(get('/never'));
    expect(heard.map(({ message }) => message)).toEqual(['secret']);
    expect(lines.map(([level, , message]) => [level, message])).toEqual([
      ['error', 'secret'],
      ['warn', 'GET /never was not answered within 30 ms.'],
    ]);
  });

  test('counts the limits that were exceeded', async () => {
    const { app } = appThatNotes();
    await app.fetch(get('/body', { method: 'POST', body: '123456' }));
    await app.fetch(get('/never'));
    await app.fetch(get(`/${'x'.repeat(9000)}`));
    expect(app.limitHits).toEqual({ maxUrlLength: 1, maxParamLength: 0, handlerTimeout: 1, bodyLimit: 1 });
  });
});

describe('a hook', () => {
  test('that fails makes one 500, which no hook sees', async () => {
    for (const onSend of [
      () => {
        throw new Error('hook');
      },
      () => Promise.reject(new Error('hook')),
    ]) {
      const calls = vi.fn(onSend);
      const app = createApp({
        logger: false,
        mode: 'production',
        middleware: [{ name: 'x', onSend: calls }],
      });
      app.router.addRoute('GET', '/', { handler: () => 'x' });
      const response = await app.fetch(get('/'));
      expect([response.status, await response.json()]).toMatchObject([500, { status: 500 }]);
      expect(calls).toHaveBeenCalledOnce();
    }
  });

  test('may put another payload in the place of the answer', async () => {
    const app = createApp({
      logger: false,
      middleware: [
        {
          name: 'upper',
          onSend: async ({ response }) => {
            await Promise.resolve();
            response.send((response.payload() as string).toUpperCase());
          },
        },
      ],
    });
    app.router.addRoute('GET', '/', { handler: () => ({ a: 'é' }) });
    const response = await app.fetch(get('/'));
    expect(await response.text()).toBe('{"A":"É"}');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('content-length')).toBe('10');
  });

  test('onError may map what becomes the answer', async () => {
    const app = createApp({
      logger: false,
      middleware: [{ name: 'map', onError: (error) => new NotFoundError(`mapped ${error.message}`) }],
    });
    app.router.addRoute('GET', '/', { handler: () => Promise.reject(new Error('row')) });
    expect(await (await app.fetch(get('/'))).json()).toMatchObject({ status: 404, detail: 'mapped row' });
  });

  test('that still runs when its time is over has its stream destroyed', async () => {
    let release!: () => void;
    const hanging = new Promise<void>((resolve) => (release = resolve));
    let timedOut = false;
    const app = createApp({
      logger: false,
      limits: { handlerTimeout: 20 },
      middleware: [
        {
          name: 'slow',
          onSend: async () => {
            if (timedOut) return;
            timedOut = true;
            await hanging;
          },
        },
      ],
    });
    const cancelled = new Promise<string>((resolve) => {
      app.router.addRoute('GET', '/', {
        handler: () => new ReadableStream({ cancel: () => resolve('cancelled') }),
      });
    });
    expect((await app.fetch(get('/'))).status).toBe(503);
    release();
    expect(await cancelled).toBe('cancelled');
  });
});

describe('a status without content', () => {
  test.each([
    [204, null, null],
    [205, null, '0'],
    [304, null, null],
  ])('%i has none, whatever was recorded', async (status, _body, length) => {
    const app = createApp({ logger: false });
    app.router.addRoute('GET', '/', {
      handler: ({ response }) => response.status(status).header('etag', '"1"'),
    });
    app.router.addRoute('GET', '/content', { handler: ({ response }) => response.status(status).text('x') });
    for (const path of ['/', '/content']) {
      const response = await app.fetch(get(path));
      expect([response.status, await response.text()]).toEqual([status, '']);
      if (path === '/') expect(response.headers.get('content-length')).toBe(length);
    }
  });

  test('HEAD of a stream destroys it unread', async () => {
    let read = false;
    const cancelled = new Promise<string>((resolve) => {
      const source = { pull: () => void (read = true), cancel: () => resolve('cancelled') };
      const app = createApp({ logger: false });
      app.router.addRoute('GET', '/', { handler: () => new ReadableStream(source, { highWaterMark: 0 }) });
      void app.fetch(get('/', { method: 'HEAD' }));
    });
    expect([await cancelled, read]).toEqual(['cancelled', false]);
  });
});

describe('body readers', () => {
  const yaml = (body: string) =>
    get('/', { method: 'POST', body, headers: { 'content-type': 'application/yaml' } });
  const as = (value: string) => () => value;

  test('of a route go before those of the app, and each is told in a 415', async () => {
    const app = createApp({
      logger: false,
      bodyReaders: { 'application/yaml': as('app'), 'Text/X-App': as('app') },
    });
    const schema = { body: z.unknown() };
    app.router.addRoute('POST', '/', { schema, handler: ({ request }) => request.body });
    app.router.addRoute('POST', '/own', {
      schema,
      bodyReaders: { 'Application/YAML': as('route'), 'application/x-own': as('route') },
      handler: ({ request }) => request.body,
    });
    expect(await (await app.fetch(yaml('a: 1'))).text()).toBe('app');
    expect(await (await app.fetch(new Request('http://localhost/own', yaml('a: 1')))).text()).toBe('route');
    const refused = await app.fetch(
      get('/own', { method: 'POST', body: 'x', headers: { 'content-type': 'application/xml' } }),
    );
    expect([refused.status, refused.headers.get('accept')]).toEqual([
      415,
      'application/json, application/x-www-form-urlencoded, text/plain, application/yaml, text/x-app, application/x-own',
    ]);
  });

  test.each([
    [new NotFoundError('no such document'), 404],
    [new TypeError('bug'), 500],
  ])('that throw %s make a %i', async (error, status) => {
    const reader = () => Promise.reject(error);
    const app = createApp({ logger: false, bodyReaders: { 'application/yaml': reader } });
    app.router.addRoute('POST', '/', { schema: { body: z.unknown() }, handler: () => 'never' });
    expect((await app.fetch(yaml('a: 1'))).status).toBe(status);
  });
});

describe('services of each request', () => {
  test('are made when read, and given back when it is over', async () => {
    const log: string[] = [];
    const database = createPlugin('db', '1.0.0', () => ({
      services: { db: 'db' },
      perRequest: {
        tx: (ctx) => {
          log.push(`begin ${ctx.request.path}`);
          return { [Symbol.asyncDispose]: async () => void log.push('end') };
        },
      },
    }));
    const app = createApp({ logger: false, plugins: [database] });
    app.router.addRoute('GET', '/a', {
      handler: ({ services }) => {
        const { tx, db } = services as unknown as { tx: object; db: string };
        return `${db} ${String((services as unknown as { tx: object }).tx === tx)}`;
      },
    });
    app.router.addRoute('GET', '/b', { handler: () => 'reads none' });
    expect(await (await app.fetch(get('/a'))).text()).toBe('db true');
    await app.fetch(get('/b'));
    await vi.waitFor(() => expect(log).toEqual(['begin /a', 'end']));
  });
});
