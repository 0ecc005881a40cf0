import { fileURLToPath } from 'node:url';

import { Router } from '@blaizejs/router';
import { afterEach, expect, test } from 'vitest';

import { Project } from './project.ts';
import { counter } from './fixtures/counter.ts';

const routers: Router[] = [];

afterEach(() => Promise.all(routers.splice(0).map((router) => router.close())));

function createRouter(watch: boolean): Router {
  const router = new Router({ watch });
  routers.push(router);
  return router;
}

test.each([true, false])(
  'routes share their modules with a test that loads them (watch: %s)',
  async (watch) => {
    const router = createRouter(watch);
    await router.addRouteDirectory(fileURLToPath(new URL('fixtures/routes', import.meta.url)));
    const before = counter.count;
    void router.find('GET', '/count')?.entry.route.handler({} as never);
    expect(counter.count).toBe(before + 1);
  },
);

test('a broken route says where, under Vitest too', async () => {
  const project = await Project.create({ 'routes/index.ts': `\nexport const x = = 1;` });
  try {
    const loading = createRouter(false).addRouteDirectory(project.path('routes'));
    await expect(loading).rejects.toThrow(/index\.ts:2:18: /);
  } finally {
    await project.remove();
  }
});
