import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

import { describe, expect, test } from 'vitest';

import { answering, App } from './app.ts';
import { run } from './run.ts';

const APP = {
  'src/app.ts': `
import { createApp } from 'blaizejs/app';
export const app = createApp({ logger: false });
await app.router.addRouteDirectory('./src/routes/');
`,
  'src/worker.ts': `
import { app } from './app.ts';
await app.ready();
export default { fetch: app.fetch };
`,
  'src/lambda.ts': `
import { app } from './app.ts';
export const handler = (path) => app.fetch(new Request('https://example.com' + path)).then((each) => each.text());
`,
  'src/routes/index.ts': answering('"index"'),
  'src/routes/users/[id].ts': `
import { createGetRoute } from 'blaizejs/router';
export const GET = createGetRoute('/users/[id]', {
  handler: (ctx) => ({ id: ctx.request.params.id, seen: ctx.state.seen }),
});
`,
  'src/routes/users/_middleware.ts': `
export default { name: 'seen', onRequest: (ctx) => void (ctx.state.seen = true) };
`,
  'src/routes/_404.ts': 'export default () => "nothing here";',
};

interface WorkerModule {
  readonly default: { fetch(request: Request): Promise<Response> };
}

async function imported<T>(file: string): Promise<T> {
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as T;
}

describe('a worker', () => {
  test('is one file with the routes, which needs no folder and no package', async () => {
    const app = await App.make(APP);
    const { code, out, err } = await run(app.path, 'build', '--target', 'worker');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^Built dist\/worker\/worker\.js from src\/worker\.ts and 4 route files in src\/routes: \d+ source files, [\d.]+ KiB, [\d.]+ KiB compressed\./,
    );
    expect(out).toContain('nodejs_compat, for node:async_hooks');

    const file = app.file('dist/worker/worker.js');
    expect(existsSync(`${file}.map`)).toBe(true);
    const text = await readFile(file, 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s?"([^"]+)"/g)].map(([, name]) => name);
    expect(imports.filter((name) => !name?.startsWith('node:'))).toEqual([]);
    for (const name of [
      'node:fs',
      'node:fs/promises',
      'node:net',
      'node:http',
      'node:http2',
      'node:tls',
      'node:module',
    ]) {
      expect(imports).not.toContain(name);
    }

    const { default: worker } = await imported<WorkerModule>(file);
    const ask = async (path: string) =>
      (await worker.fetch(new Request(`https://example.com${path}`))).text();
    expect(await Promise.all(['/', '/users/7', '/x'].map(ask))).toEqual([
      'index',
      '{"id":"7","seen":true}',
      'nothing here',
    ]);
  });

  test('can have no server, and the error says which file has one', async () => {
    const app = await App.make({
      'src/worker.ts': "import { app } from './lib/app.ts';\nexport default app;",
      'src/lib/app.ts':
        "import { createServer } from 'blaizejs';\nexport const app = createServer({ routesDir: false });",
    });
    const { code, err } = await run(app.path, 'build', '--target', 'worker');
    expect(code).toBe(1);
    expect(err).toContain('The target worker has no @blaizejs/server');
    expect(err).toContain('src/lib/app.ts');
    expect(err).toContain('createApp()');
    expect(existsSync(app.file('dist'))).toBe(false);
  });

  test('has a default export', async () => {
    const app = await App.make({ 'src/worker.ts': 'export const a = 1;' });
    const { code, err } = await run(app.path, 'build', '--target', 'worker');
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/No matching export in "src\/worker\.ts" for import "default"/),
    ]);
  });

  test('can serve no static files, and the error says who does', async () => {
    const app = await App.make({
      'src/worker.ts': "import { files } from './files.ts';\nexport default { fetch: () => files };",
      'src/files.ts':
        "import { serveStatic } from 'blaizejs/middleware/static';\nexport const files = serveStatic({ root: '.' });",
    });
    const { code, err } = await run(app.path, 'build', '--target', 'worker');
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(
        'The target worker has no disk for @blaizejs/middleware/static, which src/files.ts imports. ' +
          'Let the platform serve the files, and keep this in a file that the worker does not import.',
      ),
    ]);
  });

  test('is warned that it has no disk', async () => {
    const app = await App.make({
      'src/worker.ts':
        "import { readFileSync } from 'node:fs';\nexport default { fetch: () => readFileSync('a') };",
    });
    const { code, err } = await run(app.path, 'build', '--target', 'worker');
    expect([code, err]).toEqual([
      0,
      'A worker has no disk, and src/worker.ts imports node:fs: files are in memory, and gone after a request.\n',
    ]);
  });

  test('is warned about modules of Node that do nothing there', async () => {
    const app = await App.make({
      'src/worker.ts': "import { spawn } from 'child_process';\nexport default { fetch: () => spawn('x') };",
    });
    const { code, err } = await run(app.path, 'build', '--target', 'worker');
    expect([code, err]).toEqual([
      0,
      'A worker has no node:child_process, which src/worker.ts imports: calls to it fail.\n',
    ]);
  });
});

describe('packages with an addon', () => {
  const files = {
    'node_modules/fast/package.json': JSON.stringify({
      ...{ name: 'fast', version: '1.2.3', main: 'index.js' },
      optionalDependencies: { 'fast-here': '1.2.3', 'fast-elsewhere': '1.2.3' },
    }),
    'node_modules/fast/index.js': "module.exports = (name) => require('fast-' + name);",
    'node_modules/fast-here/package.json': JSON.stringify({ name: 'fast-here', os: ['linux'] }),
    'src/lambda.ts': "import fast from 'fast';\nexport const handler = () => fast('here');",
    'src/worker.ts': "import fast from 'fast';\nexport default { fetch: () => fast('here') };",
  };

  test('are installed beside a function, and the build says how', async () => {
    const app = await App.make(files);
    const { code, err } = await run(app.path, 'build', '--target', 'lambda');
    expect([code, err]).toEqual([
      0,
      'fast loads fast-here when it runs, which no bundle contains. Install it beside the bundle: ' +
        'npm install --prefix dist/lambda --os=linux --cpu=x64 fast@1.2.3\n',
    ]);
  });

  test('do not work in a worker', async () => {
    const app = await App.make(files);
    const { code, err } = await run(app.path, 'build', '--target', 'worker');
    expect([code, err]).toEqual([
      0,
      'A worker loads no native addons, and fast needs fast-here. Use a driver that works over HTTP, or with a binding.\n',
    ]);
  });

  test('are no matter if nothing of them is used', async () => {
    const unused = "import fast from 'fast';\nexport const handler = () => 1;";
    const app = await App.make({
      ...files,
      'node_modules/fast/package.json': JSON.stringify({
        ...{ name: 'fast', version: '1.2.3', main: 'index.js', sideEffects: false },
        dependencies: { bindings: '1.0.0' },
      }),
      'src/lambda.ts': unused,
    });
    expect((await run(app.path, 'build', '--target', 'lambda')).err).toBe('');
  });
});

describe('a Lambda function', () => {
  test('is one file, and its handlers are printed', async () => {
    const app = await App.make(APP);
    const { code, out } = await run(app.path, 'build', '--target', 'lambda', '--outdir', 'out');
    expect([code, out]).toEqual([0, expect.stringMatching(/Its handlers: lambda\.handler\.\n$/)]);
    const { handler } = await imported<{ handler(path: string): Promise<string> }>(
      app.file('out/lambda/lambda.mjs'),
    );
    expect(await handler('/users/8')).toBe('{"id":"8","seen":true}');
  });

  test('keeps the names of errors, and of what is in the app', async () => {
    const app = await App.make({
      'src/lambda.ts': `
import { NotFoundError } from 'blaizejs';
export class TooEarly extends Error {}
function wait() {}
export const handler = () => [new NotFoundError().name, new TooEarly().constructor.name, wait.name];
`,
    });
    const { code, err } = await run(app.path, 'build', '--target', 'lambda');
    expect([code, err]).toEqual([0, '']);
    const file = app.file('dist/lambda/lambda.mjs');
    const { handler } = await imported<{ handler(): string[] }>(file);
    expect(handler()).toEqual(['NotFoundError', 'TooEarly', 'wait']);
    const { sources } = JSON.parse(await readFile(`${file}.map`, 'utf8')) as { sources: string[] };
    expect(sources).toContain('../../src/lambda.ts');
  });

  test('exports something', async () => {
    const app = await App.make({ 'src/lambda.ts': 'console.log;' });
    const { code, err } = await run(app.path, 'build', '--target', 'lambda');
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('src/lambda.ts exports nothing. Export a handler.'),
    ]);
  });
});

describe('what no code names is left out', () => {
  const workerOf = (app: string, handler: string): string => `
import { createApp } from 'blaizejs/app';
import { reply } from 'blaizejs/context';
const name = ['coo', 'kies'].join('');
const app = createApp({ mode: 'production'${app} });
app.router.addRoute('POST', '/a', { ${handler} });
export default app;
`;

  async function ask(
    source: string,
    init: RequestInit = {},
    files: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly answer: string; readonly size: number }> {
    const app = await App.make({ 'src/worker.ts': source, ...files });
    const { code, err } = await run(app.path, 'build', '--target', 'worker');
    expect([code, err.includes('warning')]).toEqual([0, false]);
    const file = app.file('dist/worker/worker.js');
    const { default: worker } = await imported<WorkerModule>(file);
    const request = new Request('https://example.com/a?b=c', { method: 'POST', ...init });
    const response = await worker.fetch(request);
    const headers = ['set-cookie', 'x-seen'].flatMap((each) => response.headers.get(each) ?? []);
    const answer = [response.status, await response.text(), ...headers].join(' ');
    return { answer, size: (await readFile(file)).length };
  }

  test('and a build is smaller by that', async () => {
    const small = await ask(workerOf('', "handler: () => 'hello'"));
    const large = await ask(workerOf('', 'handler: ({ request }) => request.query.b, schema: {}, docs: {}'));
    expect([small.answer, large.answer]).toEqual(['200 hello', '200 c']);
    expect(large.size).toBeGreaterThan(small.size + 10_000);
  });

  test('and code that uses it all the same is told so', async () => {
    const { answer } = await ask(
      workerOf(
        '',
        `handler: ({ request }) => {
        try { return request[name]; } catch (error) { return error.code + ': ' + error.message; }
      }`,
      ),
    );
    expect(answer).toBe(
      "200 ERR_BLAIZE_LEFT_OUT: The build left out the code for cookies, since nothing in the app's code names it. " +
        'Write the name out instead of putting it together at runtime.',
    );
  });

  const form = { body: 'b=1&c=%20', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  const json = { body: '{"b":1}', headers: { 'content-type': 'application/json' } };
  const standard = "{ '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }";
  test.each([
    [
      'cookies',
      '',
      'handler: ({ request }) => request.cookies',
      { headers: { cookie: 'd=1' } },
      '200 {"d":"1"}',
    ],
    [
      'a cookie',
      '',
      "handler: ({ response }) => response.cookie('d', '1')",
      {},
      '200  d=1; Path=/; HttpOnly; Secure; SameSite=Lax',
    ],
    ['a query', '', 'handler: ({ request }) => request.query', {}, '200 {"b":"c"}'],
    ['JSON', '', 'handler: ({ request }) => request.json()', json, '200 {"b":1}'],
    ['bytes', '', 'handler: ({ request }) => request.bytes()', json, '200 {"b":1}'],
    [
      'a form',
      '',
      'handler: async ({ request }) => [...(await request.formData())]',
      form,
      '200 [["b","1"],["c"," "]]',
    ],
    [
      'a schema',
      '',
      `schema: { body: ${standard} }, handler: ({ request }) => request.body`,
      form,
      '200 {"b":"1","c":" "}',
    ],
    [
      'accepts()',
      '',
      "handler: ({ request }) => request.accepts('html', 'json')",
      { headers: { accept: 'application/json' } },
      '200 json',
    ],
    [
      'format()',
      '',
      "handler: ({ response }) => response.format({ text: () => 'a', html: () => 'b' })",
      { headers: { accept: 'text/html' } },
      '200 b',
    ],
    [
      'middleware',
      ", middleware: [async ({ response }, next) => { await next(); response.header('x-seen', 'yes'); }]",
      "handler: () => 'a'",
      {},
      '200 a yes',
    ],
    [
      'hooks',
      '',
      "handler: () => 'a', middleware: [{ onSend: ({ response }) => void response.header('x-seen', 'yes') }]",
      {},
      '200 a yes',
    ],
    [
      'a plugin',
      ", plugins: [{ name: 'p', version: '1', setup: () => ({ services: { d: 1 } }) }]",
      'handler: ({ services }) => services.d',
      {},
      '200 1',
    ],
    [
      'constraints',
      '',
      "constraints: { headers: { 'x-d': '1' } }, handler: () => 'a'",
      { headers: { 'x-d': '1' } },
      '200 a',
    ],
    ['docs', '', "docs: { summary: 'a' }, handler: ({ route }) => route.docs", {}, '200 {"summary":"a"}'],
    [
      'a logger',
      ', logger: { debug() {}, info() {}, warn() {}, error() {} }',
      "handler: ({ log }) => log.info('a') ?? 'a'",
      {},
      '200 a',
    ],
    [
      'a deadline',
      ", deadlineHeader: 'x-d'",
      'handler: ({ request }) => request.deadline > Date.now()',
      { headers: { 'x-d': '500' } },
      '200 true',
    ],
  ])('%s: what it names is there', async (_what, app, handler, init, expected) => {
    expect((await ask(workerOf(app, handler), init)).answer).toBe(expected);
  });

  test('a mount is there, and so is the end of an app', async () => {
    const source = workerOf('', "handler: () => 'a'").replace(
      'export default app;',
      "app.mount('/m', () => new Response('mounted'));\nexport default { fetch: async () => {\n" +
        "  const response = await app.fetch(new Request('https://example.com/m/1'));\n  await app.close();\n  return response;\n} };",
    );
    expect((await ask(source)).answer).toBe('200 mounted');
  });

  test('files of folders are there', async () => {
    const source = `import { createApp } from 'blaizejs/app';
const app = createApp({ logger: false });
await app.router.addRouteDirectory('src/routes');
export default app;`;
    const files = {
      'src/routes/b.ts': answering('"b"'),
      'src/routes/a.ts': "export const POST = { handler: () => { throw new Error('a'); } };",
      'src/routes/_error.ts': 'export default (error) => "caught " + error.message;',
    };
    expect((await ask(source, {}, files)).answer).toBe('500 caught a');
  });
});

test('Deno and Bun need no exports', async () => {
  const app = await App.make({ 'src/bun.ts': 'console.log(process.env.NODE_ENV);' });
  const { code, out } = await run(app.path, 'build', '--target', 'bun');
  expect([code, out]).toEqual([
    0,
    expect.stringContaining('Built dist/bun/bun.js from src/bun.ts: 1 source file'),
  ]);
  expect(await readFile(app.file('dist/bun/bun.js'), 'utf8')).toContain('"production"');
});

test('a missing file and an unknown target are explained', async () => {
  const app = await App.make({});
  const missing = await run(app.path, 'build', '--target', 'lambda');
  expect([missing.code, missing.err]).toEqual([
    1,
    expect.stringContaining('looked for src/lambda.ts and lambda.ts'),
  ]);
  const unknown = await run(app.path, 'build', '--target', 'edge');
  expect([unknown.code, unknown.err]).toEqual([
    2,
    expect.stringContaining('expected node, worker, lambda, deno or bun'),
  ]);
});
