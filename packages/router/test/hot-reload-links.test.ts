import { rm, symlink } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { type App, Project, route } from './project.ts';

// Each starts a process, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: Project;
let app: App;

beforeAll(async () => {
  project = await Project.create({
    'routes/index.ts': route('1'),
    'shared/routes/users.ts': route('1'),
    'shared/single.ts': route('1'),
    'node_modules/kit/routes/kit.ts': route('1'),
  });
  await symlink('../shared/routes', project.path('routes/linked'));
  await symlink('../shared/single.ts', project.path('routes/single.ts'));
  await symlink('../node_modules/kit/routes', project.path('routes/kit'));
  app = await project.start();
  await app.call('add', 'routes');
});

afterAll(() => project.remove());

test.each([
  ['folder', '/linked/users', 'shared/routes/users.ts'],
  ['file', '/single', 'shared/single.ts'],
  ['folder of a package', '/kit/kit', 'node_modules/kit/routes/kit.ts'],
])('a linked %s is served, and reloaded', async (_, target, file) => {
  expect(await app.get(target)).toBe(1);
  await project.write(file, route('2'));
  await app.until(target, 2);
  expect(await app.nextLine()).toContain(file);
});

test('a file that comes or goes below a linked folder is heard of', async () => {
  await project.write('shared/routes/deep/new.ts', route(`'new'`));
  await app.until('/linked/deep/new', 'new');
  await rm(project.path('shared/routes/deep/new.ts'));
  await app.until('/linked/deep/new', 'no route');
});

test('a link that comes, leads elsewhere or goes is heard of', async () => {
  await project.write('one/x.ts', route('1'));
  await project.write('other/x.ts', route('2'));
  await symlink('../one', project.path('routes/late'));
  await app.until('/late/x', 1);
  await project.write('one/x.ts', route(`'changed'`));
  await app.until('/late/x', 'changed');
  await rm(project.path('routes/late'));
  await app.until('/late/x', 'no route');
  await symlink('../other', project.path('routes/late'));
  await app.until('/late/x', 2);
  await rm(project.path('routes/late'));
});

test('a link that leads back, or nowhere, is an error, and keeps nothing else from being reloaded', async () => {
  await symlink('..', project.path('routes/loop'));
  await app.nextError(
    /^Link routes\/loop: it leads to \., which contains it: a loop\. Change or remove the link/,
  );
  await symlink('../nothing.ts', project.path('routes/nothing.ts'));
  await project.write('routes/index.ts', route('2'));
  await app.nextError(/^Link routes\/nothing\.ts: it leads to \.\.\/nothing\.ts, which does not exist\./);
  await app.until('/', 2);
  await project.write('nothing.ts', route(`'there'`));
  await app.until('/nothing', 'there');
  await rm(project.path('routes/loop'));
  while ((await app.next('broken')).problems?.length !== 0);
});
