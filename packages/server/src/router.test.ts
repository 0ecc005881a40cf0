import { RouteSet } from '@blaizejs/router/internal';
import { expect, test } from 'vitest';

import { AppRouter, openRouteFiles } from './router.ts';

const route = { handler: () => 'x' };

test('lists routes added in code', () => {
  const router = new AppRouter({});
  router.addRoute('GET', '/users/:id', route);
  expect(router.routes).toMatchObject([{ method: 'GET', pattern: '/users/:id', params: ['id'] }]);
  expect(router.table(({ info }) => info.pattern).find('GET', '/users/1')).toMatchObject({
    entry: '/users/:id',
  });
});

test('opens folders once, when the first is added', async () => {
  const opened: unknown[] = [];
  const added: string[] = [];
  let closed = 0;
  const settings = { watch: true };
  const router = new AppRouter(settings, async (routes, given) => {
    opened.push(routes, given);
    return {
      add: async (directory, options) => {
        added.push(`${options?.prefix} ${directory}`);
      },
      close: async () => {
        closed++;
      },
    };
  });
  await router.close();
  expect(opened).toEqual([]);
  await Promise.all([
    router.addRouteDirectory('/a', { prefix: '/x' }),
    router.addRouteDirectory('/b', { prefix: '/y' }),
  ]);
  expect(added).toEqual(['/x /a', '/y /b']);
  expect(opened).toEqual([expect.any(RouteSet), settings]);
  await router.close();
  expect(closed).toBe(1);
});

test('without a way to open folders, says so', async () => {
  await expect(new AppRouter({}).addRouteDirectory('/app/routes')).rejects.toMatchObject({
    code: 'ERR_BLAIZE_ROUTE',
    message:
      "addRouteDirectory(): /app/routes can't be read: this app has no file system. Add its routes with addRoute().",
  });
});

test('closes even if folders could not be opened', async () => {
  const router = new AppRouter({}, () => Promise.reject(new Error('not installed')));
  await expect(router.addRouteDirectory('/a')).rejects.toThrow('not installed');
  await router.close();
});

test('reads real folders', async () => {
  const router = new AppRouter({}, openRouteFiles);
  await expect(router.addRouteDirectory('/not/there')).rejects.toMatchObject({
    code: 'ERR_BLAIZE_ROUTE_LOAD',
  });
  await router.close();
});
