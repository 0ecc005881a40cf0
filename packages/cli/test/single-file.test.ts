import { expect, test } from 'vitest';

import { App } from './app.ts';
import { bundled, runPlainNode } from './bundled.ts';

const SERVER = `
import { createServer } from 'blaizejs';
const server = createServer({ port: 0, http2: { enabled: false }, routesDir: 'routes' });
server.router.addRoute('GET', '/bundled', { handler: (ctx) => { ctx.log.info('a line'); return 'yes'; } });
void server.listen().then(async () => {
  const get = async (path: string) => (await fetch(server.url + path)).text();
  const answers = [await get('/bundled'), await get('/')];
  await server.close();
  console.log(JSON.stringify(answers));
});
`;

test.each([
  ['server.cjs', 'development'],
  ['server.mjs', 'production'],
])(
  '%s, created by a bundler, serves and logs in %s without installed packages',
  { timeout: 60_000 },
  async (name, mode) => {
    const app = await App.make({ 'server.ts': SERVER });
    const route = 'export const GET = { handler: () => "a route file" };';
    const elsewhere = await App.make({ 'routes/index.mjs': route }, []);
    await bundled(app.file('server.ts'), elsewhere.file(name));
    const { stdout } = await runPlainNode([name], elsewhere.path, { NODE_ENV: mode });
    expect(stdout).toContain('a line');
    expect(stdout).toContain('["yes","a route file"]');
  },
);
