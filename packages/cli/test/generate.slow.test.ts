import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';

import { answering, App } from './app.ts';
import { Bin, run } from './run.ts';

const generate = (app: App, ...args: string[]) => run(app.path, 'generate', ...args);
const ran = promisify(execFile);

// Makes the app use TypeScript.
const CONFIG = { 'tsconfig.json': '{}' };

test('nothing is generated outside of an app', async () => {
  const app = await App.make({ 'src/routes/index.js': answering('1') });
  const inside = await run(app.file('src'), 'generate', 'route', 'users');
  expect(inside).toMatchObject({ code: 1, out: '' });
  expect(inside.err).toContain(
    `src is not the folder of an app: the nearest package.json is in ${app.path}. Go there.`,
  );
  await rm(app.file('package.json'));
  const outside = await generate(app, 'plugin', 'db');
  expect(outside.code).toBe(1);
  expect(outside.err).toContain(
    'there is no package.json. Go to your app, or create one: npm create blaizejs',
  );
  expect(await readdir(app.file('src'))).toEqual(['routes']);
});

describe('route', () => {
  test.each([
    ['users/[id]', 'users/[id].ts', '/users/:id'],
    ['/users/:id/', 'users/[id].ts', '/users/:id'],
    ['users/:id.ts', 'users/[id].ts', '/users/:id'],
    ['/', 'index.ts', '/'],
    ['index', 'index.ts', '/'],
    ['files/*', 'files/[...path].ts', '/files/*'],
    ['(admin)/log', '(admin)/log.ts', '/log'],
    ['[name].json', '[name].json.ts', '/:name.json'],
    // If a folder with this name exists, the file goes into it.
    ['posts', 'posts/index.ts', '/posts'],
  ])('%s is %s', async (given, file, pattern) => {
    const app = await App.make({ ...CONFIG, 'src/routes/posts/new.ts': answering('1') });
    const { code, out } = await generate(app, 'route', given);
    expect({ code, out }).toEqual({
      code: 0,
      out: `Wrote ${path.join('src/routes', file)}, which is served at ${pattern}.\n`,
    });
    expect(await readFile(app.file('src/routes', file), 'utf8')).toContain(
      'export const GET = createGetRoute({',
    );
  });

  test('replaces nothing without --force, even under another name', async () => {
    const app = await App.make({ 'routes/users/[name].mjs': answering('1') });
    const refused = await generate(app, 'route', 'users/:id', '--methods', 'PUT,PATCH');
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(
      /users\/\[name\]\.mjs already serves \/users\/:name\. Add PUT and PATCH there, or replace it: --force/,
    );
    expect(await readFile(app.file('routes/users/[name].mjs'), 'utf8')).toBe(answering('1'));
    expect((await generate(app, 'route', 'users/:name', '--force')).code).toBe(0);
    expect(await readFile(app.file('routes/users/[name].mjs'), 'utf8')).not.toBe(answering('1'));
  });

  test.each([
    ['_helper', /"_helper" can't be the path of a route: files and folders such as "_helper"/],
    ['users/.hidden', /such as "\.hidden" are not routes/],
    ['users.test', /such as "users\.test" are not routes/],
    ['users/[id', /users\/\[id\.ts: "\[" can't be part of a path/],
    ['[a]/[a]', /its path has the parameter "a" twice/],
  ])('%s is refused', async (given, message) => {
    const app = await App.make({});
    const { code, err } = await generate(app, 'route', given);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  test('unknown methods are refused', async () => {
    const app = await App.make({});
    const { code, err } = await generate(app, 'route', 'a', '--methods', 'get,fetch');
    expect(code).toBe(2);
    expect(err).toMatch(
      /--methods get,fetch: "FETCH" is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS/,
    );
  });
});

test.each([['route'], ['middleware'], ['plugin'], ['test']])(
  'without a terminal, %s needs a name',
  async (kind) => {
    const app = await App.make({ 'routes/index.mjs': answering('1') });
    const { code, err } = await generate(app, kind);
    expect(code).toBe(2);
    expect(err).toMatch(/A name is required, such as /);
  },
);

test.runIf(process.platform === 'linux')('in a terminal, it asks for missing arguments', async () => {
  const app = await App.make({});
  const bin = new Bin(app.path, ['generate', 'route'], { terminal: true });
  await bin.says(/Which path does it serve\?/);
  bin.process.stdin?.write('hello\r');
  await bin.says(/Which methods\?/);
  bin.process.stdin?.write('\r');
  expect(await bin.ended).toBe(0);
  expect(bin.out).toContain('Wrote routes/hello.js, which is served at /hello.');
});

test.runIf(process.platform === 'linux')('Ctrl+C at a question cancels', async () => {
  const app = await App.make({});
  const bin = new Bin(app.path, ['generate', 'plugin'], { terminal: true });
  await bin.says(/What is its name\?/);
  bin.process.stdin?.write('\u0003');
  expect(await bin.ended).toBe(1);
  expect(bin.out).toContain('Cancelled; nothing was done.');
});

describe('middleware and plugin', () => {
  test.each([
    ['middleware', 'RequireUser', 'middleware/require-user.js', 'requireUser'],
    ['plugin', 'my database', 'plugins/my-database.js', 'myDatabase'],
  ])('%s "%s" is written to %s', async (kind, name, file, exported) => {
    const app = await App.make({ 'src/server.js': '' });
    expect(await generate(app, kind, name)).toEqual({
      code: 0,
      out: expect.stringMatching(
        new RegExp(
          `^Wrote ${path.join('src', file)}, which exports ${exported}\\.\n` +
            `Register it in src/server\\.js: import { ${exported} } from '\\./${file}', ` +
            `and createServer\\({ (middleware|plugins): \\[${exported}\\], … }\\)\\.`,
        ),
      ),
      err: '',
    });
    const again = await generate(app, kind, name);
    expect(again.code).toBe(1);
    expect(again.err).toMatch(/already exists\. Choose another name, or replace it: --force/);
    await app.write({ [path.join('src', file)]: 'mine' });
    expect((await generate(app, kind, name, '--force')).code).toBe(0);
    expect(await readFile(app.file('src', file), 'utf8')).toContain(`export const ${exported} = `);
  });

  test('the message names the file with the options of the server', async () => {
    const app = await App.make({
      'src/server.js': "import { app } from './app.js';",
      'src/app.js': 'export const app = { routesDir: false, plugins: [] };',
    });
    expect((await generate(app, 'plugin', 'db')).out).toContain(
      "Register it in src/app.js: import { db } from './plugins/db.js', and createServer({ plugins: [db], … }).",
    );
  });

  test('a name must start with a letter', async () => {
    const app = await App.make({});
    expect((await generate(app, 'plugin', '7-up')).err).toMatch(
      /"7-up" is not a valid name: start with a letter/,
    );
  });
});

describe('test', () => {
  test("calls the routes of one path, with Node's test runner if vitest is not installed", async () => {
    const app = await App.make({ 'routes/index.mjs': answering('1'), 'src/server.js': '' }, ['blaizejs']);
    await generate(app, 'route', 'users/[id]', '--methods', 'GET,DELETE');
    expect(await generate(app, 'test', '/users/:id')).toEqual({
      code: 0,
      out: 'Wrote test/routes/users/[id].test.js, which calls DELETE, GET /users/:id.\n',
      err: '',
    });
    const { stdout } = await ran(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), '--test', '--test-reporter=tap'],
      {
        cwd: app.path,
        env: { ...process.env, NODE_OPTIONS: '--conditions=@blaizejs/source', VITEST: '' },
      },
    );
    expect(stdout).toMatch(/pass 2\b/);
  });

  // As in the templates: parameters without data, bodies with schemas, and a helper that starts the app.
  test('passes unchanged, whatever the schemas require', { timeout: 60_000 }, async () => {
    const app = await App.make(
      {
        'src/server.js': '',
        'src/routes/notes/index.js': `
          import { createGetRoute, createPostRoute, reply } from 'blaizejs';
          import { z } from 'zod';
          export const GET = createGetRoute({
            schema: { query: z.object({ limit: z.coerce.number().int().min(1) }) },
            handler: (ctx) => ({ limit: ctx.request.query.limit }),
          });
          export const POST = createPostRoute({
            schema: { body: z.strictObject({ text: z.string().trim().min(3), mail: z.email(), tags: z.array(z.string()) }) },
            handler: (ctx) => reply(201, ctx.request.body),
          });
          export const PUT = { schema: { body: z.string().refine((text) => text === 'secret') }, handler: () => 'ok' };`,
        'src/routes/notes/[id].js': `
          import { createGetRoute, NotFoundError } from 'blaizejs';
          import { z } from 'zod';
          export const GET = createGetRoute({
            schema: { params: z.object({ id: z.coerce.number().int().positive() }) },
            handler: (ctx) => { throw new NotFoundError('nothing at ' + ctx.services.db); },
          });`,
        'test/app.js': `
          import path from 'node:path';
          import { after } from 'node:test';
          import { createPlugin } from 'blaizejs';
          import { startTestServer } from 'blaizejs/testing';
          export async function startApp() {
            const db = createPlugin('db', '1.0.0', () => ({ services: { db: 'the database' } }));
            const routesDir = path.resolve(import.meta.dirname, '../src/routes');
            const server = await startTestServer({ routesDir, plugins: [db] });
            after(() => server.close());
            return server;
          }`,
      },
      ['blaizejs', 'zod'],
    );
    await generate(app, 'test', '/notes');
    await generate(app, 'test', '/notes/:id');
    const source = await readFile(app.file('test/routes/notes.test.js'), 'utf8');
    expect(source).toContain("import { startApp } from '../app.js';");
    expect(source).toContain("app.http2.request('/notes?limit=1')");
    expect(source).toContain("body: { text: 'aaa', mail: 'ada@example.org', tags: [] }");
    const { stdout } = await ran(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), '--test', '--test-reporter=tap'],
      {
        cwd: app.path,
        env: { ...process.env, NODE_OPTIONS: '--conditions=@blaizejs/source', VITEST: '' },
      },
    );
    for (const name of ['GET /notes', 'POST /notes', 'PUT /notes', 'GET /notes/:id']) {
      expect(stdout).toMatch(new RegExp(`^ok \\d - ${name}$`, 'm'));
    }
  });

  test('needs an existing route', async () => {
    const app = await App.make({ 'routes/index.mjs': answering('1'), 'routes/a.mjs': answering('1') });
    const { code, err } = await generate(app, 'test', 'users/:id');
    expect(code).toBe(1);
    expect(err).toMatch(
      /No route file serves "users\/:id"\. The routes are \/, \/a\. Generate it first: npx blaize generate route 'users\/\[id\]'/,
    );
  });
});

// Slow, since the compiler reads all of the framework.
test('generated files pass a strict type check', { timeout: 60_000 }, async () => {
  const app = await App.make({ ...CONFIG, 'src/server.ts': '' }, ['blaizejs', 'zod']);
  const methods = 'GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS';
  const files = [];
  for (const args of [
    ['route', 'users/[id]', '--methods', methods],
    ['route', 'files/[...path]', '--methods', methods],
    ['route', 'plain', '--methods', methods],
    ['middleware', 'require-user'],
    ['plugin', 'database'],
    ['test', 'users/[id]'],
  ]) {
    const { out } = await generate(app, ...args);
    files.push(app.file(/^Wrote (.*?), /.exec(out)![1]!));
  }
  await app.write({ 'src/wrong.ts': 'export const wrong: string = 1;' });
  // The last file proves that problems are found.
  expect(await problemsOf([...files, app.file('src/wrong.ts')])).toEqual([
    "wrong.ts: Type 'number' is not assignable to type 'string'.",
  ]);
});

/** The compiler's errors for these files, with the options of this repository, which are very strict. */
async function problemsOf(files: string[]): Promise<string[]> {
  const { default: ts } = await import('typescript');
  const config = path.resolve(import.meta.dirname, '../tsconfig.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, ts.sys.readFile).config,
    ts.sys,
    path.dirname(config),
  );
  const typeRoots = [path.resolve(import.meta.dirname, '../../../node_modules/@types')];
  const program = ts.createProgram(files, { ...options, typeRoots });
  // Only for these files: other checks cover the framework.
  return files
    .map((file) => program.getSourceFile(file))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(
      ({ file, messageText }) =>
        `${path.basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}
