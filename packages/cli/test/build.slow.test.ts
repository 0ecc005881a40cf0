import { once } from 'node:events';
import { readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, onTestFinished, test } from 'vitest';

import { answering, App } from './app.ts';
import { Bin, run } from './run.ts';

// Each file returns its own paths, which must be those of its source.
const FILES = {
  'src/server.ts': `
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createServer } from 'blaizejs';
import { state } from './lib/state.ts';

state.order.push('server');
const server = createServer({
  port: 0,
  routesDir: path.resolve(import.meta.dirname, './routes'),
  http2: { enabled: false },
});
server.router.addRoute('GET', '/paths', {
  handler: () => ({
    url: import.meta.url,
    filename: import.meta.filename,
    main: import.meta.main,
    text: 'import.meta.url',
    asset: readFileSync(new URL('../assets/a b.txt', import.meta.url), 'utf8'),
  }),
});
await server.listen();
console.log('at ' + server.port);
`,
  'src/lib/state.ts': `
export const state: { order: string[]; dir: string; env: string | undefined } = {
  order: [],
  dir: import.meta.dirname,
  env: process.env.NODE_ENV,
};
`,
  'src/routes/index.ts': `
import { createGetRoute } from 'blaizejs';
import { state } from '../lib/state.ts';
state.order.push('route');
export const GET = createGetRoute({ handler: () => state });
`,
  'src/routes/users/[id].ts': `
import { createGetRoute } from 'blaizejs';
export const GET = createGetRoute({ handler: (ctx) => ctx.request.params.id });
`,
  'src/routes/fails.ts': `
type Nothing = never;

export const GET = () => {
  throw new Error('at line five');
};
`,
  'src/routes/_not-a-route.ts': 'not even code',
  'assets/a b.txt': 'an asset',
};

async function start(cwd: string, ...args: string[]): Promise<{ bin: Bin; url: string }> {
  const bin = new Bin(cwd, ['start', ...args]);
  const [, port] = await bin.says(/at (\d+)/);
  return { bin, url: `http://localhost:${port}` };
}

const json = async (url: string): Promise<unknown> => (await fetch(url)).json();

const below = (folder: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

test('the build serves the same as the source, even without the source and in another place', async () => {
  const app = await App.make(below('before', FILES));
  const built = await run(app.file('before'), 'build');
  expect(built).toMatchObject({ code: 0, err: '' });
  expect(built.out).toMatch(
    /^Built dist\/server\.js from src\/server\.ts and 3 route files in src\/routes: 5 source files, [\d.]+ KiB, in \d+ ms\.\nStart it: npx blaize start\n$/,
  );
  const manifest = JSON.parse(await readFile(app.file('before/dist/manifest.json'), 'utf8'));
  expect(manifest.routes.map(({ file, pattern }: Record<string, string>) => [file, pattern])).toEqual([
    ['src/routes/fails.ts', '/fails'],
    ['src/routes/index.ts', '/'],
    ['src/routes/users/[id].ts', '/users/:id'],
  ]);
  expect(await readdir(app.file('before/dist'))).toEqual([...manifest.files, 'manifest.json'].sort());

  await rm(app.file('before/src'), { recursive: true });
  await rename(app.file('before'), app.file('after'));
  const { bin, url } = await start(app.file('after'));
  expect(await json(url)).toEqual({
    // Routes are loaded when the server listens, not before it is created.
    order: ['server', 'route'],
    dir: app.file('after/src/lib'),
    env: 'production',
  });
  expect(await (await fetch(`${url}/users/7`)).text()).toBe('7');
  expect(await json(`${url}/paths`)).toEqual({
    url: pathToFileURL(app.file('after/src/server.ts')).href,
    filename: app.file('after/src/server.ts'),
    main: true,
    text: 'import.meta.url',
    asset: 'an asset',
  });
  expect((await fetch(`${url}/fails`)).status).toBe(500);
  // The place in the source.
  await bin.says(/at line five.*src\/routes\/fails\.ts:5:9/);
  bin.process.kill('SIGTERM');
  expect(await bin.ended).toBe(0);
});

test('_middleware, _404 and _error files are in the build', async () => {
  const app = await App.make({
    ...FILES,
    'src/routes/_middleware.ts': `
      import { state } from '../lib/state.ts';
      import { createMiddleware } from 'blaizejs';
      export default createMiddleware({ name: 'count', onRequest: () => void state.order.push('middleware') });
    `,
    'src/routes/users/_404.ts': `
      import type { NotFoundHandler } from 'blaizejs';
      export default ((ctx) => 'no user at ' + ctx.request.path) satisfies NotFoundHandler;
    `,
    'src/routes/_error.ts': `
      import type { ErrorHandler } from 'blaizejs';
      export default ((error) => 'sorry: ' + error.message) satisfies ErrorHandler;
    `,
  });
  const built = await run(app.path, 'build');
  expect(built).toMatchObject({ code: 0, err: '' });
  expect(built.out).toContain(' and 3 route files in src/routes: 8 source files, ');
  await rm(app.file('src'), { recursive: true });
  const { url } = await start(app.path);
  expect(await json(url)).toMatchObject({ order: ['server', 'route', 'middleware'] });
  const missing = await fetch(`${url}/users/7/nothing`);
  expect([missing.status, await missing.text()]).toEqual([404, 'no user at /users/7/nothing']);
  const failed = await fetch(`${url}/fails`);
  expect([failed.status, await failed.text()]).toEqual([500, 'sorry: at line five']);
});

test('a _middleware file that could not start stops the build', async () => {
  const app = await App.make({ ...FILES, 'src/routes/_middleware.ts': 'export default [7];' });
  const { code, err } = await run(app.path, 'build');
  expect(code).toBe(1);
  expect(err).toMatch(
    /src\/routes\/_middleware\.ts: its default export has 1 problem:\n {2}- middleware\[0\]: /,
  );
});

test('the options name other folders and another server file', async () => {
  const app = await App.make({
    'app/main.ts': FILES['src/server.ts'].replace('./routes', './pages').replace('./lib', '../lib'),
    'lib/state.ts': FILES['src/lib/state.ts'],
    'app/pages/index.ts': answering('"a page"'),
  });
  const where = ['--outdir', 'build/out'];
  const built = await run(app.path, 'build', '--entry', 'app/main.ts', '--routes', 'app/pages', ...where);
  expect(built).toMatchObject({
    code: 0,
    out: expect.stringContaining('Start it: npx blaize start --outdir build/out\n'),
  });
  const { url } = await start(app.path, ...where);
  expect(await (await fetch(url)).text()).toBe('a page');
});

test('a new build removes the files of the last one, and nothing else', async () => {
  const app = await App.make({ ...FILES, 'dist/mine.txt': 'mine' });
  await run(app.path, 'build');
  const before = await readdir(app.file('dist'));
  await app.write({ 'src/routes/users/[id].ts': answering('"other"') });
  await run(app.path, 'build');
  const after = await readdir(app.file('dist'));
  expect(after).toHaveLength(before.length);
  expect(after).not.toEqual(before);
  expect(after).toContain('mine.txt');
  // A build that fails leaves the last one in place.
  await app.write({ 'src/routes/users/[id].ts': 'export const' });
  expect((await run(app.path, 'build')).code).toBe(1);
  expect(await readdir(app.file('dist'))).toEqual(after);
});

test('the error for a folder that is not in the build names the ones that are', async () => {
  const app = await App.make({ ...FILES, 'src/other/index.ts': answering('1') });
  expect(await run(app.path, 'build', '--routes', 'src/other')).toMatchObject({ code: 0 });
  await rm(app.file('src'), { recursive: true });
  const bin = new Bin(app.path, ['start']);
  expect(await bin.ended).toBe(1);
  expect(bin.err).toMatch(
    /^blaize start: Route directory .*\/src\/routes: there is no such folder\. The build has the routes of .*\/src\/other/,
  );
});

test('linked TypeScript packages are bundled, installed packages are not', async () => {
  const app = await App.make({
    ...below('app', {
      'package.json': JSON.stringify({ type: 'module', imports: { '#own': './src/own.ts' } }),
      'tsconfig.json': JSON.stringify({ compilerOptions: { paths: { '~/*': ['./src/*'] } } }),
      'src/server.ts': `
        import { name } from 'linked';
        import { z } from 'zod';
        import own from '#own';
        import aliased from '~/aliased';
        console.log([name, typeof z.string, own, aliased].join());
      `,
      'src/own.ts': 'export default "own" as string;',
      'src/aliased.ts': 'export default "aliased" as string;',
    }),
    'linked/package.json': JSON.stringify({ name: 'linked', type: 'module', exports: './index.ts' }),
    'linked/index.ts': 'export const name: string = "linked";',
  });
  await symlink(app.file('linked'), app.file('node_modules/linked'), 'dir');
  const cwd = app.file('app');
  const built = await run(cwd, 'build');
  expect(built.err).toMatch(/Found no folder with routes/);
  expect(built.code).toBe(0);
  const code = await readFile(path.join(cwd, 'dist/server.js'), 'utf8');
  expect(code.match(/from "[^"]*"/g)).toEqual(['from "zod"']);
  const bin = new Bin(cwd, ['start']);
  // It is not a server, so it ends by itself.
  expect(await bin.ended).toBe(0);
  expect(bin.out).toBe('linked,function,own,aliased\n');
});

test.each([
  ['code that does not compile', { 'src/server.ts': 'const a = ;' }, /src\/server\.ts:1:10:/],
  ['a file that is missing', { 'src/server.ts': 'import "./no.ts"' }, /Could not resolve "\.\/no\.ts"/],
  [
    'a route file whose name is not a valid path',
    { 'src/server.ts': '', 'src/routes/[a][b].ts': '' },
    /\[a\]\[b\]\.ts: two parameters in one part/,
  ],
])('%s fails the build', async (_what, files, message) => {
  const app = await App.make(files);
  const { code, out, err } = await run(app.path, 'build');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^blaize build: /);
  expect(err).toMatch(message);
  await expect(readdir(app.file('dist'))).rejects.toThrow('ENOENT');
});

test('warnings about the code are printed with their place', async () => {
  const app = await App.make({ 'server.js': 'console.log(typeof globalThis.x === "nmber");' });
  const { code, err } = await run(app.path, 'build');
  expect(code).toBe(0);
  expect(err).toMatch(/\[WARNING\] .*"nmber"[^]*server\.js:1:\d+:/);
});

test('routes need an installed router', async () => {
  const app = await App.make({ 'server.ts': '', 'routes/index.ts': answering('1') }, []);
  const { code, err } = await run(app.path, 'build');
  expect(code).toBe(1);
  expect(err).toMatch(/Neither blaizejs nor @blaizejs\/router is installed .* npm install blaizejs/);
});

test('start reads the .env files of production', async () => {
  const app = await App.make({
    ...FILES,
    'src/lib/state.ts': `export const state = { order: [], env: [process.env.A, process.env.B, process.env.C].join() };`,
    '.env': 'A=1\nB=1\nC=1',
    '.env.production': 'B=2\nC=2',
    '.env.development': 'A=no',
    '.env.local': 'C=3',
  });
  expect(await run(app.path, 'build')).toMatchObject({ code: 0 });
  const { url } = await start(app.path);
  expect(await json(url)).toMatchObject({ env: '1,2,3' });
});

test('start fails without a build', async () => {
  const app = await App.make({ 'broken/manifest.json': '{' });
  expect(await run(app.path, 'start')).toEqual({
    code: 1,
    out: '',
    err: `blaize start: There is no build in ${app.file('dist')}: its manifest.json is missing. Create one: npx blaize build\n`,
  });
  const broken = await run(app.path, 'start', '--outdir', 'broken');
  expect(broken).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      new RegExp(`in ${path.join(app.path, 'broken')}: its manifest.json can't be read`),
    ),
  });
});

test('a server that does not start ends the process with an explanation', async () => {
  const app = await App.make({
    'server.ts': `
      import { createServer } from 'blaizejs';
      setInterval(() => undefined, 1000);
      await createServer({ port: 0, routesDir: false }).listen();
    `,
  });
  await run(app.path, 'build');
  const bin = new Bin(app.path, ['start']);
  expect(await bin.ended).toBe(1);
  expect(bin.err).toMatch(/^blaize start: HTTPS needs a certificate in production, and none is configured\./);
});

test.each([
  ['is empty', '', /Route file .*src\/routes\/b\.ts: it exports no route\. Export one as GET/],
  ['exports something else', 'export const helper = 1;', /it exports no route/],
  [
    'has no handler',
    'export const GET = {};',
    /export GET has 1 problem:\n {2}- handler: expected a function/,
  ],
])('a route file that %s is refused, and the build cannot be started', async (_what, source, message) => {
  const app = await App.make({
    'src/server.ts': '',
    'src/routes/a.ts': answering('1'),
    'src/routes/b.ts': answering('2'),
  });
  expect((await run(app.path, 'build')).code).toBe(0);
  await app.write({ 'src/routes/b.ts': source });
  const { code, err } = await run(app.path, 'build');
  expect(code).toBe(1);
  expect(err).toMatch(message);
  expect((await run(app.path, 'start')).err).toMatch(
    /There is no build in .*dist: .* Create one: npx blaize build\n$/,
  );
});

test('a route file that cannot be loaded here is built, with a warning', async () => {
  const app = await App.make({
    'src/server.ts': '',
    'src/routes/a.ts': `if (!process.env.DB) throw new Error('DB is missing');\n${answering('1')}`,
  });
  expect(await run(app.path, 'build')).toMatchObject({
    code: 0,
    err: 'Could not check src/routes/a.ts, because it failed to load: DB is missing\n',
  });
});

test('a start on a port in use explains the problem', async () => {
  const other = createServer();
  await once(other.listen(0, 'localhost'), 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const app = await App.make({
    'src/server.ts': `import { createServer } from 'blaizejs';
await createServer({ port: ${port}, routesDir: false, tls: false }).listen();`,
  });
  await run(app.path, 'build');
  const bin = new Bin(app.path, ['start']);
  expect(await bin.ended).toBe(1);
  expect(bin.err).toBe(
    `blaize start: Port ${port} of localhost is already in use. Stop the process that listens there, or choose another port.\n`,
  );
});

test('a start with a plugin that fails names the place in the source', async () => {
  const app = await App.make({
    'src/server.ts': `import { createPlugin, createServer } from 'blaizejs';
const db = createPlugin('db', '1.0.0', () => ({
  initialize: () => {
    throw new Error('no database');
  },
}));
await createServer({ port: 0, routesDir: false, tls: false, plugins: [db] }).listen();`,
  });
  await run(app.path, 'build');
  const bin = new Bin(app.path, ['start']);
  expect(await bin.ended).toBe(1);
  expect(bin.err).toBe(
    'blaize start: Plugin "db" failed in initialize: no database\n    at src/server.ts:4:11\n',
  );
});
