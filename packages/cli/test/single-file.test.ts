import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { build } from 'esbuild';
import { expect, test } from 'vitest';

import { App } from './app.ts';

// Bundlers also apply the condition `module`, unless they are given conditions of their own.
const CONDITIONS = ['module', '@blaizejs/source'];

const SERVER = `
import { createServer } from 'blaizejs';
const server = createServer({ port: 0, http2: { enabled: false }, routesDir: process.env.ROUTES_DIR ?? false });
server.router.addRoute('GET', '/bundled', { handler: (ctx) => { ctx.log.info('a line'); return 'yes'; } });
void server.listen().then(async () => {
  const get = async (path: string) => (await fetch(server.url + path)).text();
  const answers = [await get('/bundled'), process.env.ROUTES_DIR ? await get('/') : ''];
  await server.close();
  console.log(JSON.stringify(answers));
});
`;

// What esbuild's documentation asks for where CommonJS packages require Node's modules.
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

const run = promisify(execFile);

test.each([
  ['cjs', 'production', ''],
  ['cjs', 'development', ''],
  ['esm', 'production', REQUIRE],
  ['esm', 'development', REQUIRE],
] as const)(
  'one file of esbuild (%s) serves and logs in %s with nothing installed',
  async (format, mode, js) => {
    const app = await App.make({ 'server.ts': SERVER });
    const elsewhere = await App.make(
      { 'routes/index.mjs': 'export const GET = { handler: () => "a route file" };' },
      [],
    );
    const outfile = elsewhere.file(format === 'esm' ? 'server.mjs' : 'server.cjs');
    await build({
      entryPoints: [app.file('server.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format,
      conditions: CONDITIONS,
      banner: { js },
      logLevel: 'silent',
    });
    const start = (env: Record<string, string>) =>
      run(process.execPath, [outfile], {
        cwd: elsewhere.path,
        env: { PATH: process.env.PATH, NODE_ENV: mode, ...env },
      });

    const { stdout } = await start({});
    expect(stdout).toContain('a line');
    expect(stdout).toContain('["yes",""]');
    expect((await start({ ROUTES_DIR: 'routes' })).stdout).toContain('["yes","a route file"]');
  },
);
