import { RouteSet } from '@blaizejs/router/internal';
import { expect, test } from 'vitest';

import { AppRouter, type AppRouterSettings } from './app-router.ts';

const settings: AppRouterSettings = { onAdd: () => undefined };

const route = { handler: () => 'x' };

test('lists routes added in code', () => {
  const router = new AppRouter(settings);
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
  const router = new AppRouter(settings, async (routes, given) => {
    opened.push(routes, given);
    return {
      add: async (directory, options) => {
        added.push(`${options?.prefix} ${directory}`);
        return () => undefined;
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
  await expect(new AppRouter(settings).addRouteDirectory('/app/routes')).rejects.toMatchObject({
    code: 'ERR_BLAIZE_NO_FILE_SYSTEM',
    message: expect.stringContaining('/app/routes') as string,
  });
});

test('closes even if folders could not be opened', async () => {
  const router = new AppRouter(settings, () => Promise.reject(new Error('not installed')));
  await expect(router.addRouteDirectory('/a')).rejects.toThrow('not installed');
  await router.close();
});

test('gives what takes each addition back', async () => {
  const undo: (() => void)[] = [];
  const router = new AppRouter({ onAdd: (one) => void undo.push(one) });
  router.addRoute('GET', '/a', route);
  router.addRoute('GET', '/b', route);
  undo[0]?.();
  expect(router.routes.map(({ pattern }) => pattern)).toEqual(['/b']);
  router.addRoute('GET', '/a', route);
});
