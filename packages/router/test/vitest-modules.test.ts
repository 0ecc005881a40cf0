import { fileURLToPath } from 'node:url';

import { RouteFiles, RouteSet } from '@blaizejs/router/files';
import { afterEach, expect, test } from 'vitest';

import { matchIn } from './match.ts';
import { Project } from './project.ts';
import { counter } from './fixtures/counter.ts';

const opened: RouteFiles[] = [];

afterEach(() => Promise.all(opened.splice(0).map((files) => files.close())));

function open(routes: RouteSet, watch: boolean): RouteFiles {
  const files = new RouteFiles(routes, { watch });
  opened.push(files);
  return files;
}

test.each([true, false])(
  'routes share their modules with a test that loads them (watch: %s)',
  async (watch) => {
    const routes = new RouteSet();
    await open(routes, watch).add(fileURLToPath(new URL('fixtures/routes', import.meta.url)));
    const before = counter.count;
    void matchIn(routes, 'GET', '/count')?.entry.route.handler({} as never);
    expect(counter.count).toBe(before + 1);
  },
);

test('a broken route says where, under Vitest too', async () => {
  const project = await Project.create({ 'routes/index.ts': `\nexport const x = = 1;` });
  try {
    const loading = open(new RouteSet(), false).add(project.path('routes'));
    await expect(loading).rejects.toThrow(/index\.ts:2:18: /);
  } finally {
    await project.remove();
  }
});
