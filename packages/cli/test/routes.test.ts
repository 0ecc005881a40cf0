import { symlink } from 'node:fs/promises';

import { expect, test } from 'vitest';

import { answering, App } from './app.ts';
import { run } from './run.ts';

const ROUTES = {
  'src/routes/users/[id].ts': `
    import { createDeleteRoute, createGetRoute, createMiddleware } from 'blaizejs';
    import { z } from 'zod';
    const requireUser = createMiddleware({ name: 'require-user', handler: (_ctx, next) => next() });
    const middleware = [requireUser, async function audit(_ctx: unknown, next: () => unknown) { await next(); }, () => {}];
    const schema = { params: z.object({ id: z.coerce.number() }), response: z.object({ id: z.number() }) };
    export const GET = createGetRoute({ schema, handler: (ctx) => ctx.request.params });
    export const DELETE = createDeleteRoute({ middleware, handler: () => undefined });
  `,
  'src/routes/index.ts': answering('1'),
};

test('prints a table of method, path, file, middleware and schemas', async () => {
  const app = await App.make(ROUTES);
  const { code, out, err } = await run(app.path, 'routes');
  expect(code).toBe(0);
  expect(out).toBe(
    [
      'METHOD  PATH        FILE                      MIDDLEWARE                      SCHEMAS',
      'GET     /           src/routes/index.ts       -                               -',
      'DELETE  /users/:id  src/routes/users/[id].ts  require-user, audit, anonymous  -',
      'GET     /users/:id  src/routes/users/[id].ts  -                               params, response',
      '',
    ].join('\n'),
  );
  expect(err).toMatch(/^Routes and middleware added in code are not listed: /);
});

test('--json prints the same for programs', async () => {
  const app = await App.make(ROUTES);
  const { out, err } = await run(app.path, 'routes', '--json');
  expect(err).toBe('');
  expect(JSON.parse(out)).toEqual([
    { method: 'GET', path: '/', file: 'src/routes/index.ts', middleware: [], schemas: [] },
    {
      method: 'DELETE',
      path: '/users/:id',
      file: 'src/routes/users/[id].ts',
      middleware: ['require-user', 'audit', 'anonymous'],
      schemas: [],
    },
    {
      method: 'GET',
      path: '/users/:id',
      file: 'src/routes/users/[id].ts',
      middleware: [],
      schemas: ['params', 'response'],
    },
  ]);
});

test('middleware of folders is listed, outermost first, before that of the route', async () => {
  const app = await App.make({
    'routes/_middleware.mjs': `export default { name: 'session', onRequest() {} };`,
    'routes/admin/_middleware.mjs': `export default [function audit(_ctx, next) { return next(); }];`,
    'routes/admin/_404.mjs': `export default () => 'nothing here';`,
    'routes/admin/_error.mjs': `export default (error) => error.message;`,
    'routes/admin/users.mjs': `
      export const GET = { middleware: [{ name: 'own', onRequest() {} }], handler: () => 1 };
    `,
    'routes/index.mjs': answering('1'),
  });
  const { out } = await run(app.path, 'routes');
  expect(out.split('\n').slice(1)).toEqual([
    'GET     /             routes/index.mjs        session              -',
    'GET     /admin/users  routes/admin/users.mjs  session, audit, own  -',
    '',
  ]);
});

test('routes with constraints are told apart', async () => {
  const app = await App.make({
    'routes/a.mjs': `
      export const GET = { handler: () => 1 };
      export default { GET: { constraints: { version: '2' }, handler: () => 2 } };
    `,
  });
  const { out } = await run(app.path, 'routes');
  expect(out).toContain('GET     /a              routes/a.mjs');
  expect(out).toContain('GET     /a (version 2)  routes/a.mjs');
  const { out: json } = await run(app.path, 'routes', '--json');
  expect((JSON.parse(json) as { constraints?: string }[]).map(({ constraints }) => constraints)).toEqual([
    undefined,
    'version 2',
  ]);
});

test('finds the folder beside the server file, or several named ones', async () => {
  const app = await App.make({
    'app/main.mjs': '',
    'app/routes/beside.mjs': answering('1'),
    'routes/root.mjs': answering('2'),
    'admin/admin.mjs': answering('3'),
  });
  const pathsOf = async (...args: string[]): Promise<string[]> => {
    const { out } = await run(app.path, 'routes', '--json', ...args);
    return (JSON.parse(out) as { path: string }[]).map(({ path }) => path);
  };
  expect(await pathsOf()).toEqual(['/root']);
  expect(await pathsOf('--entry', 'app/main.mjs')).toEqual(['/beside']);
  expect(await pathsOf('--routes', 'routes, admin')).toEqual(['/admin', '/root']);
});

test.each([
  [{ 'routes/a.mjs': 'throw new Error("no")' }, [], /Route file .*a\.mjs did not load: .*no/],
  [{ 'routes/a.mjs': answering('1'), 'routes/a/index.mjs': answering('1') }, [], /Two routes for GET \/a/],
  [{}, [], /There is no folder with routes in .*: looked for src\/routes and routes/],
  [{}, ['--routes', 'pages'], /--routes pages: there is no folder .*pages\./],
])('routes that cannot be listed are an error (case %#)', async (files, args, message) => {
  const app = await App.make(files);
  const { code, out, err } = await run(app.path, 'routes', '--json', ...args);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(message);
});

test('routes behind links are listed, by the path of the link', async () => {
  const app = await App.make({
    'src/routes/index.ts': answering('1'),
    'shared/users.ts': answering('2'),
    'single.ts': answering('3'),
  });
  await symlink('../../shared', app.file('src/routes/linked'));
  await symlink('../../single.ts', app.file('src/routes/single.ts'));
  const { code, out } = await run(app.path, 'routes', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject([
    { path: '/', file: 'src/routes/index.ts' },
    { path: '/linked/users', file: 'src/routes/linked/users.ts' },
    { path: '/single', file: 'src/routes/single.ts' },
  ]);
});
