import { rename, rm, symlink } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { type App, Project, route } from './project.ts';

// Each starts a process, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: Project;
let app: App;

/** A `_middleware` file with named middleware. */
const middleware = (...names: string[]): string =>
  `export default [${names.map((name) => `{ name: '${name}', onRequest() {} }`).join(', ')}];\n`;

beforeAll(async () => {
  project = await Project.create({
    'lib/names.ts': `export const name = 'imported';`,
    'elsewhere/far.ts': route(`'far'`),
    'routes/index.ts': route(`'root'`),
    'routes/admin/_middleware.ts': middleware('admin'),
    'routes/admin/users.ts': route(`'users'`),
    'routes/admin/deep/_middleware.ts': middleware('deep', 'deeper'),
    'routes/admin/deep/page.ts': route(`'page'`),
  });
  await symlink('../../elsewhere', project.path('routes/admin/linked'));
  app = await project.start();
  await app.call('add', 'routes');
});

afterAll(() => project.remove());

test('middleware of a folder runs for the routes at and below it, outermost folder first', async () => {
  expect(await app.get('/')).toBe('root');
  expect(await app.get('/admin/users')).toEqual(['admin', 'users']);
  expect(await app.get('/admin/deep/page')).toEqual(['admin', 'deep', 'deeper', 'page']);
  expect(await app.get('/admin/linked/far')).toEqual(['admin', 'far']);
});

test('a change, a change of an import, a deletion and a creation reload the routes below', async () => {
  await project.replace('routes/admin/_middleware.ts', middleware('changed'));
  await app.until('/admin/users', ['changed', 'users']);
  await app.until('/admin/deep/page', ['changed', 'deep', 'deeper', 'page']);
  await app.until('/admin/linked/far', ['changed', 'far']);
  expect(await app.nextLine()).toBe('reloaded routes/admin/_middleware.ts, n ms');

  await project.replace(
    'routes/admin/_middleware.ts',
    `import { name } from '../../lib/names.ts';\nexport default { name, onRequest() {} };`,
  );
  await app.until('/admin/users', ['imported', 'users']);
  await project.replace('lib/names.ts', `export const name = 'renamed';`);
  await app.until('/admin/users', ['renamed', 'users']);

  await rm(project.path('routes/admin/_middleware.ts'));
  await app.until('/admin/users', 'users');
  await app.until('/admin/deep/page', ['deep', 'deeper', 'page']);
  await project.replace('routes/_middleware.ts', middleware('all'));
  await app.until('/', ['all', 'root']);
  await rename(project.path('routes/_middleware.ts'), project.path('routes/admin/_middleware.ts'));
  await app.until('/', 'root');
  await app.until('/admin/users', ['all', 'users']);
});

test.each([
  ['', /routes\/admin\/_middleware\.ts: it has no default export\. Export a middleware, or a list/],
  [
    'export default [{ onrequest() {} }];',
    /_middleware\.ts: its default export has 1 problem:\n {2}- middleware\[0\]: expected a function \(ctx, next\).*`onRequest`/,
  ],
  [
    'export default = 1;',
    /Route file routes\/admin\/_middleware\.ts did not load: routes\/admin\/_middleware\.ts:1:/,
  ],
])(
  'a broken one keeps the last good one, and routes below are still reloaded: %s',
  async (content, message) => {
    await project.replace('routes/admin/_middleware.ts', middleware('good'));
    await app.until('/admin/users', ['good', 'users']);
    app.take();
    await project.replace('routes/admin/_middleware.ts', content);
    await app.nextError(message);
    const word = `users ${Math.random()}`;
    await project.replace('routes/admin/users.ts', route(JSON.stringify(word)));
    await app.until('/admin/users', ['good', word]);
    await project.replace('routes/admin/_middleware.ts', middleware('mended'));
    await app.until('/admin/users', ['mended', word]);
    await project.replace('routes/admin/users.ts', route(`'users'`));
    await app.until('/admin/users', ['mended', 'users']);
  },
);

test('a route that is broken runs the new middleware of its folder', async () => {
  await project.replace('routes/admin/users.ts', 'throw new Error("boom");');
  await app.nextError(/boom/);
  await project.replace('routes/admin/_middleware.ts', middleware('newer'));
  await app.until('/admin/users', ['newer', 'users']);
  await project.replace('routes/admin/users.ts', route(`'users'`));
  await app.until('/admin/users', ['newer', 'users']);
});

test('no route is served without the middleware that its folder has had from the start', async () => {
  app.take();
  await project.write('routes/closed/_middleware.ts', 'throw new Error("not yet");');
  await app.nextError(/closed\/_middleware/);
  await project.replace('routes/closed/secret.ts', route(`'secret'`));
  await app.nextError(/not yet/);
  await project.replace('routes/open.ts', route(`'open'`));
  await app.until('/open', 'open');
  expect(await app.get('/closed/secret')).toBe('no route');
  await project.replace('routes/closed/_middleware.ts', middleware('guard'));
  await app.until('/closed/secret', ['guard', 'secret']);
});

test('a name that looks like a slip is reported once, unless it is that of a helper', async () => {
  app.take();
  await project.replace('routes/admin/_midleware.ts', middleware('slip'));
  expect((await app.next('notice')).message).toBe(
    'routes/admin/_midleware.ts is not loaded, because its name begins with "_". Did you mean _middleware.ts?',
  );
  await project.write('routes/admin/_errors.ts', 'export const text = 1;');
  await project.replace('routes/admin/helped.ts', route('text', `import { text } from './_errors.ts';`));
  await app.until('/admin/helped', ['newer', 1]);
  expect(
    app.take().filter(({ event, message }) => event === 'notice' && !message?.includes('_errors')),
  ).toEqual([]);
});

test('_404 and _error files come, change and go', async () => {
  await project.write('routes/shop/item.ts', route(`'item'`));
  await app.until('/shop/item', 'item');
  await project.replace('routes/shop/_404.ts', `export default () => 'lost';`);
  await app.until('/shop/x/y', 'lost');
  await project.replace('routes/_404.ts', `export default { handler: () => 'lost at the top' };`);
  await app.until('/x', 'lost at the top');
  expect(await app.get('/shop/x/y')).toBe('lost');
  await project.replace('routes/shop/_404.ts', `export default 'lost';`);
  await app.nextError(/_404\.ts: its default export has 1 problem/);
  expect(await app.get('/shop/x/y')).toBe('lost');
  await project.replace('routes/shop/_404.ts', `export default () => 'lost again';`);
  await app.until('/shop/x/y', 'lost again');
  await rm(project.path('routes/shop/_404.ts'));
  await app.until('/shop/x/y', 'lost at the top');

  await project.replace('routes/shop/_error.ts', `export default () => 'shop';`);
  await app.until('/shop/item?error', ['shop']);
  await project.replace('routes/_error.ts', `export default () => 'top';`);
  await app.until('/shop/item?error', ['shop', 'top']);
  await project.replace('routes/shop/_error.ts', `export default () => 'changed';`);
  await app.until('/shop/item?error', ['changed', 'top']);
  await rm(project.path('routes/shop/_error.ts'));
  await app.until('/shop/item?error', ['top']);
});
