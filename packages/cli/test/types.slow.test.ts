import { execFile } from 'node:child_process';
import { readFile, rename, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { expect, test, vi } from 'vitest';

import { answering, App } from './app.ts';
import { Home } from './home.ts';
import { Command, run } from './run.ts';

// Servers and compilers are started, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const made = (where: string): string => `
import { createGetRoute } from 'blaizejs';
export const GET = createGetRoute('${where}', { handler: ({ request }) => request.params });
`;
const SERVER = `
import path from 'node:path';
import { createServer } from 'blaizejs';
export const server = createServer({
  port: Number(process.env.PORT ?? 0),
  routesDir: path.resolve(import.meta.dirname, 'routes'),
  http2: { enabled: false },
  logger: false,
});
await server.listen();
await fetch(process.env.HOME_URL + '/up?port=' + server.port);
`;

const typesOf = (app: App): Promise<string> => readFile(app.file('.blaize/routes.d.ts'), 'utf8');

test('writes which method and path is which export of which file', async () => {
  const app = await App.make({
    'src/server.ts': SERVER,
    'src/routes/index.ts': answering('1'),
    "src/routes/it's/[...path].ts": 'export default { POST: { handler: () => 1 } };',
    'src/routes/users/[id].mts': `
      import { createDeleteRoute } from 'blaizejs';
      export const remove = createDeleteRoute({ handler: () => undefined });
      export const GET = () => 'x';
    `,
  });
  const { code, out, err } = await run(app.path, 'types');
  expect([code, out, err]).toEqual([0, 'Wrote .blaize/routes.d.ts: 4 routes.\n', '']);
  expect(await typesOf(app)).toBe(`\
// Written by \`blaize types\`, \`blaize dev\` and \`blaize build\` from the route files. Changes to this file are lost.

/** The routes, for \`createClient<Routes>()\`: by method, then by path. */
export interface Routes {
  DELETE: {
    '/users/[id]': (typeof import('../src/routes/users/[id].mjs'))['remove'];
  };
  GET: {
    '/': (typeof import('../src/routes/index.js'))['GET'];
    '/users/[id]': (typeof import('../src/routes/users/[id].mjs'))['GET'];
  };
  POST: {
    '/it\\'s/[...path]': (typeof import('../src/routes/it\\'s/[...path].js'))['default']['POST'];
  };
}

declare module 'blaizejs' {
  interface Register {
    routes: Routes;
    server: (typeof import('../src/server.js'))['server'];
  }
}
`);
});

test('writes nothing where nothing changed; --check says whether it would', async () => {
  const app = await App.make({ 'src/routes/a.ts': answering('1') });
  const missing = await run(app.path, 'types', '--check');
  expect([missing.code, missing.err]).toEqual([
    1,
    'blaize types: .blaize/routes.d.ts is out of date. Run npx blaize types\n',
  ]);
  await run(app.path, 'types');
  const { mtimeMs } = await stat(app.file('.blaize/routes.d.ts'));
  expect((await run(app.path, 'types')).out).toBe('.blaize/routes.d.ts is up to date: 1 route.\n');
  expect((await stat(app.file('.blaize/routes.d.ts'))).mtimeMs).toBe(mtimeMs);
  expect((await run(app.path, 'types', '--check')).code).toBe(0);
  await app.write({ 'src/routes/b.ts': answering('2') });
  expect((await run(app.path, 'types', '--check')).code).toBe(1);
});

test('of a file that moved, an error says what to do', async () => {
  const app = await App.make({ 'src/routes/users/[id].ts': made('/people/[id]') });
  const wrong = await run(app.path, 'types');
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain('was made for "/people/[id]", but its file is served at "/users/[id]"');
});

test('--fix corrects a file that moved', async () => {
  const app = await App.make({ 'src/routes/users/[id].ts': made('/people/[id]') });
  const fixed = await run(app.path, 'types', '--fix');
  expect([fixed.code, fixed.out]).toEqual([
    0,
    'src/routes/users/[id].ts: changed the path from /people/[id] to /users/[id].\nWrote .blaize/routes.d.ts: 1 route.\n',
  ]);
  expect(await readFile(app.file('src/routes/users/[id].ts'), 'utf8')).toBe(made('/users/[id]'));
});

test('--fix does not go back and forth for a file that links serve at two paths', async () => {
  const app = await App.make({ 'src/routes/a.ts': made('/old') });
  await symlink(app.file('src/routes/a.ts'), app.file('src/routes/b.ts'));
  for (const time of [1, 2]) {
    const { code, out, err } = await run(app.path, 'types', '--fix');
    expect([time, code, await readFile(app.file('src/routes/a.ts'), 'utf8')]).toEqual([time, 1, made('/a')]);
    expect(out).toContain("b.ts: links serve this file at /a and at /b, and its path can't name both.");
    expect(err).toContain('was made for "/a", but its file is served at "/b"');
  }
});

test('an export may have a dot in its name', async () => {
  const app = await App.make({
    'src/routes/a.ts': `
      import { createGetRoute } from 'blaizejs';
      const route = createGetRoute({ handler: () => 1 });
      export { route as 'my.route' };
    `,
  });
  expect((await run(app.path, 'types')).code).toBe(0);
  expect(await typesOf(app)).toContain("'/a': (typeof import('../src/routes/a.js'))['my.route'];");
});

test.each([[[]], [['--check']]])(
  'a file in the place of the folder .blaize is said (types %j)',
  async (args) => {
    const app = await App.make({ 'src/routes/a.ts': answering('1'), '.blaize': '' });
    const { code, err } = await run(app.path, 'types', ...args);
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(
        `${app.file('.blaize')} is a file, and has to be a folder for what \`blaize\` writes.`,
      ),
    ]);
    expect(err).not.toContain('ENOTDIR');
  },
);

test('--fix leaves comments and texts alone', async () => {
  const text = (path: string): string => `import { createGetRoute } from 'blaizejs';

// Before: createGetRoute('/old', …), as in https://example.org
/* createGetRoute("/old") */
const help = "Write createGetRoute('/old', …)";
const more = \`createGetRoute('/old') and createGetRoute("/old")\`;
const quotes = /['"]/;

export const GET = createGetRoute(${path}, { handler: () => [help, more, quotes.source] });
`;
  const app = await App.make({ 'src/routes/a.ts': text("'/old'") });
  expect((await run(app.path, 'types', '--fix')).code).toBe(0);
  expect(await readFile(app.file('src/routes/a.ts'), 'utf8')).toBe(text("'/a'"));
});

test.each([
  ["'", String.raw`'/it\'s'`],
  ['"', `"/it's"`],
])('--fix of a path with a quote, in %s', async (quote, fixed) => {
  const route = (path: string): string => made('/old').replace(/(['"`])\/old\1/, path);
  const app = await App.make({ "src/routes/it's.ts": route(`${quote}/old${quote}`) });
  for (const time of [1, 2]) {
    expect([time, (await run(app.path, 'types', '--fix')).code]).toEqual([time, 0]);
  }
  expect(await readFile(app.file("src/routes/it's.ts"), 'utf8')).toBe(route(fixed));
});

test('blaize build writes them too', async () => {
  const app = await App.make({ 'src/server.ts': SERVER, 'src/routes/a.ts': made('/a') });
  expect((await run(app.path, 'build')).code).toBe(0);
  expect(await typesOf(app)).toContain(`'/a': (typeof import('../src/routes/a.js'))['GET'];`);
});

test('blaize dev corrects a file that moved before it started', async () => {
  const home = await Home.open();
  const app = await App.make({ 'src/server.ts': SERVER, 'src/routes/a.ts': made('/old') });
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  await dev.says(/src\/routes\/a\.ts: changed the path from \/old to \/a\./);
  const { url } = await home.up();
  expect(await (await fetch(`${url}/a`)).json()).toEqual({});
});

test('blaize dev writes them, and corrects a file that moves', async () => {
  const home = await Home.open();
  const app = await App.make({ 'src/server.ts': SERVER, 'src/routes/a.ts': made('/a') });
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  const { url } = await home.up();
  await rename(app.file('src/routes/a.ts'), app.file('src/routes/[b].ts'));
  await dev.says(/src\/routes\/\[b\]\.ts: changed the path from \/a to \/\[b\]\./);
  await expect.poll(async () => (await fetch(`${url}/x`)).text()).toBe('{"b":"x"}');
  await expect.poll(() => typesOf(app)).toContain(`'/[b]': (typeof import('../src/routes/[b].js'))['GET'];`);
});

test('of routes that share a path, blaize dev too writes the one without constraints', async () => {
  const home = await Home.open();
  const app = await App.make({
    'src/server.ts': SERVER,
    'src/routes/a.ts': `
      import { createGetRoute } from 'blaizejs';
      export const later = createGetRoute({ constraints: { version: '2.0.0' }, handler: () => 2 });
      export const now = createGetRoute({ handler: () => 1 });
    `,
  });
  new Command(app.path, ['dev'], { HOME_URL: home.url });
  await home.up();
  const expected = `'/a': (typeof import('../src/routes/a.js'))['now'];`;
  await expect.poll(() => typesOf(app).catch(() => '')).toContain(expected);
  expect((await run(app.path, 'types', '--check')).code).toBe(0);
});

test('route files have the types of the server, and parameters those of their path, with no annotation', async () => {
  const using = (expressions: string): string => `
    import { createGetRoute } from 'blaizejs';
    export const GET = createGetRoute('/users/[id]', {
      handler: ({ request, state, services }) => [${expressions}],
    });
  `;
  const app = await App.make({
    'tsconfig.json': JSON.stringify(TSCONFIG),
    'src/server.ts': `
      import { createMiddleware, createPlugin, createServer } from 'blaizejs';
      const requireUser = createMiddleware<{ user: { name: string } }>({ name: 'user', onRequest: () => undefined });
      const database = createPlugin('database', '1.0.0', () => ({ services: { db: { count: 1 } } }));
      export const server = createServer({ routesDir: 'x', middleware: [requireUser], plugins: [database()] });
    `,
    'src/routes/users/[id].ts': using('request.params.id, state.user.name, services.db.count'),
    'src/wrong.ts': using('request.params.ix, state.usr, services.dbs'),
  });
  expect((await run(app.path, 'types')).code).toBe(0);
  const errors = (await tsc(app)).trim().split('\n');
  expect(
    errors.map((line) => /^(\S+)\(.*Property '(\w+)' does not exist/.exec(line)?.slice(1) ?? line),
  ).toEqual(['ix', 'usr', 'dbs'].map((name) => ['src/wrong.ts', name]));
});

const require = createRequire(import.meta.url);
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ESNext'],
    types: [path.dirname(require.resolve('@types/node/package.json'))],
    module: 'NodeNext',
    customConditions: ['@blaizejs/source'],
    preserveSymlinks: false,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  },
  include: ['src', '.blaize/routes.d.ts'],
};

/** What the compiler has to say of an app. */
function tsc(app: App): Promise<string> {
  const compiler = require.resolve('typescript/bin/tsc');
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, '--project', app.path], { cwd: app.path }, (_error, stdout) =>
      resolve(stdout),
    );
  });
}
