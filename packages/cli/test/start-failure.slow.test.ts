import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { App } from './app.ts';
import { runPlainNode } from './bundled.ts';

const server = (options: string, before = ''): string => `
import { createPlugin, createServer } from 'blaizejs';
${before}
const server = createServer({ host: '127.0.0.1', port: 0, http2: { enabled: false }, ${options} });
await server.listen();
`;
const ROUTE = `import { late } from '../late.ts';

export const GET = { handler: () => late };
late();
`;
const FILES = {
  'src/routes/index.ts': ROUTE,
  'src/late.ts': 'export function late(): void {\n  throw new TypeError("too late");\n}\n',
};
const PLUGIN = `const db = createPlugin('db', '1.0.0', () => ({
  initialize: () => { throw new Error('no database'); },
}));`;

/** The output of `node src/server.ts`, which exits with 1. */
async function failureOf(source: string, mode: string): Promise<string> {
  const app = await App.make({ ...FILES, 'src/server.ts': source });
  const args = [...FROM_SOURCE, 'src/server.ts'];
  const error: unknown = await runPlainNode(args, app.path, { NODE_ENV: mode }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 1 });
  return (error as { stderr: string }).stderr;
}

const SLOW = { timeout: 60_000 };

test.each(['development', 'production'])(
  'a start in %s with a route that does not load shows the line in the app, and no framework code',
  SLOW,
  async (mode) => {
    const written = await failureOf(server(`routesDir: 'src/routes'`), mode);
    expect(written)
      .toBe(`RouteLoadError: Route file src/routes/index.ts did not load: src/late.ts:2:9: too late (ERR_BLAIZE_ROUTE_LOAD)
    at src/late.ts:2:9 in late
    1 | export function late(): void {
  > 2 |   throw new TypeError("too late");
      |         ^
    3 | }
`);
  },
);

test('a start with a plugin that fails shows the line in the plugin', SLOW, async () => {
  const written = await failureOf(server('routesDir: false, plugins: [db]', PLUGIN), 'development');
  expect(written).toMatch(
    /^PluginError: Plugin "db" failed in initialize: no database \(ERR_BLAIZE_PLUGIN\)\n/,
  );
  expect(written).toMatch(/^ {4}at src\/server\.ts:4:29 in /m);
  expect(written).toMatch(/^ {2}> 4 \| .*throw new Error\('no database'\)/m);
  expect(written).not.toMatch(/node_modules|node:internal|triggerUncaughtException|Node\.js v/);
});

test('a start on a port in use prints one line', SLOW, async () => {
  const other = createServer();
  await once(other.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  expect(await failureOf(server(`routesDir: false, port: ${port}`), 'production')).toBe(
    `ListenError: Port ${port} of 127.0.0.1 is already in use. Stop the process that listens there, or choose another port. (EADDRINUSE)\n`,
  );
});

test('a start with invalid options explains them, and names the line in the app', SLOW, async () => {
  expect(await failureOf(server('port: 70000'), 'production')).toMatch(
    /^ConfigurationError: [^]*70000[^]*\n {4}at .*src\/server\.ts:4:16\)?\n$/,
  );
});

test('an app that handles uncaught errors itself gets a failed start too', SLOW, async () => {
  const handler = `process.on('uncaughtException', (error) => { console.error('mine', error.name); process.exit(1); });`;
  expect(await failureOf(server(`routesDir: 'src/routes'`, handler), 'development')).toBe(
    'mine RouteLoadError\n',
  );
});
