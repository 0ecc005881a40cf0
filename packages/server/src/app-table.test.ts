import type { RouteTable } from '@blaizejs/router/internal';
import type { RequestContext } from '@blaizejs/context/internal';
import { expect, test } from 'vitest';

import { AppTable } from './app-table.ts';
import { AppRouter } from './router.ts';

test('a fault of the look-up fails the request, through all middleware', async () => {
  const fault = new Error('fault');
  const router = new AppRouter({});
  router.table = () =>
    ({
      find: () => {
        throw fault;
      },
    }) as unknown as RouteTable<never>;
  const seen: string[] = [];
  const spy = { name: 'spy', handler: (_ctx: unknown, next: () => unknown) => (seen.push('spy'), next()) };
  const { chain } = new AppTable(router, [spy], {} as never).lookup('GET', '/a');
  const ctx = Object.create(null) as RequestContext;
  await expect((async () => chain(ctx))()).rejects.toBe(fault);
  expect(seen).toEqual(['spy']);
});
