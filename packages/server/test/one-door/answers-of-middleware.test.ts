import { reply } from '@blaizejs/context';
import { createMiddleware } from '@blaizejs/middleware';
import { expect, test } from 'vitest';

import { onEveryTransport } from '../transports.ts';

onEveryTransport(
  'a middleware that answers',
  () => ({ mode: 'production' }),
  ({ server }) => {
    const handled = { handler: () => 'handled' };
    server.router.addRoute('GET', '/response', {
      ...handled,
      middleware: [() => new Response('no', { status: 401, headers: { 'www-authenticate': 'Basic' } })],
    });
    server.router.addRoute('GET', '/later', {
      ...handled,
      middleware: [async () => Promise.resolve(new Response('no', { status: 401 }))],
    });
    server.router.addRoute('GET', '/after', {
      ...handled,
      middleware: [
        async (_ctx, next) => {
          await next();
          return new Response('instead', { status: 202 });
        },
      ],
    });
    server.router.addRoute('GET', '/reply', {
      ...handled,
      middleware: [createMiddleware({ onRequest: () => reply(403, { code: 'no' }, { 'x-why': 'because' }) })],
    });
    server.router.addRoute('GET', '/recorded', {
      ...handled,
      middleware: [createMiddleware({ onRequest: async ({ response }) => response.status(418).text('tea') })],
    });
    server.router.addRoute('GET', '/header', {
      ...handled,
      middleware: [createMiddleware({ onRequest: ({ response }) => response.header('x-set', '1') })],
    });
    server.router.addRoute('GET', '/seen', {
      ...handled,
      middleware: [
        async (ctx, next) => {
          await next();
          ctx.response.header('x-status', ctx.response.statusCode);
        },
        async () => Promise.resolve(new Response('no', { status: 401 })),
      ],
    });
  },
  (reach) => {
    test.each([
      ['/response', 401, 'no'],
      ['/later', 401, 'no'],
      ['/after', 202, 'instead'],
      ['/reply', 403, '{"code":"no"}'],
      ['/recorded', 418, 'tea'],
      ['/header', 200, 'handled'],
      ['/seen', 401, 'no'],
    ])('%s', async (path, status, text) => {
      const response = await reach().request(path);
      expect([response.status, await response.text()]).toEqual([status, text]);
      if (path === '/response') expect(response.headers.get('www-authenticate')).toBe('Basic');
      if (path === '/reply') expect(response.headers.get('x-why')).toBe('because');
      if (path === '/header') expect(response.headers.get('x-set')).toBe('1');
      if (path === '/seen') expect(response.headers.get('x-status')).toBe('401');
    });
  },
);
