import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { freePort } from '../../../tooling/free-port.mjs';
import { answering, App } from './app.ts';
import { accepts, Home } from './home.ts';
import { Bin, Command } from './run.ts';

const SERVER = `
import path from 'node:path';
import { createServer } from 'blaizejs';
import { version } from './version.ts';

const call = (path: string) => fetch(process.env.HOME_URL + path);
const server = createServer({
  port: Number(process.env.PORT ?? 0),
  routesDir: path.resolve(import.meta.dirname, 'routes'),
  http2: { enabled: false },
  logger: false,
});
server.router.addRoute('GET', '/slow', {
  handler: async () => {
    await call('/slow');
    return version;
  },
});
await server.listen();
await call(\`/up?port=\${server.port}&version=\${version}\`);
`;

// For tests that don't need the framework: it starts faster.
const PLAIN = `
import { createServer } from 'node:http';
const port: number = Number(process.env.PORT ?? 0);
let answer = 'plain';
const server = createServer((request, response) => response.end(answer));
server.listen(port, 'localhost', () => {
  void fetch(process.env.HOME_URL + '/up?port=' + (server.address() as { port: number }).port);
});
`;
const PLAIN_WITH_VERSION = `import { version } from './version.ts';\n${PLAIN}\nanswer = version;`;

const text = async (url: string): Promise<string> => (await fetch(url)).text();

async function project(): Promise<App> {
  return App.make({
    'src/server.ts': SERVER,
    'src/version.ts': 'export const version: string = "one";\n',
    'src/routes/index.ts': answering('"a route"'),
  });
}

async function occupied(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, 'localhost'), 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('TypeScript runs without a build, and a changed route needs no restart', async () => {
  const [home, app] = await Promise.all([Home.open(), project()]);
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  const { url } = await home.up();
  expect(await text(url)).toBe('a route');
  await app.write({ 'src/routes/index.ts': answering('"another"') });
  await expect.poll(() => text(url)).toBe('another');
  expect([home.left, dev.err]).toEqual([0, '']);
});

test('a change to an import of the server file restarts the server, after the request in flight', async () => {
  const [home, app, port] = await Promise.all([Home.open(), project(), freePort('localhost')]);
  const dev = new Command(app.path, ['dev', '--port', String(port)], { HOME_URL: home.url });
  const { url, version } = await home.up();
  expect([url, version]).toEqual([`http://localhost:${port}`, 'one']);
  const slow = text(`${url}/slow`);
  const inFlight = await home.next('/slow');

  await app.write({ 'src/version.ts': 'export const version: string = "two";\n' });
  await dev.says(/^src\/version\.ts changed: restarting the server\.$/m);
  await expect.poll(() => accepts(port)).toBe(false);
  await dev.says(/^Waiting for requests in flight\.$/m);
  inFlight.answer();

  expect(await slow).toBe('one');
  expect(await home.up()).toEqual({ url, version: 'two' });
  expect(await text(url)).toBe('a route');
});

test('code that does not compile is reported with its place, and the server keeps running', async () => {
  const home = await Home.open();
  const app = await App.make({
    'src/server.ts': PLAIN_WITH_VERSION,
    'src/version.ts': 'export const version = "one";',
  });
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  const { url } = await home.up();

  await app.write({ 'src/version.ts': 'export const version: string = = "two";\n' });
  await dev.says(/Unexpected "="\n\n {4}src\/version\.ts:1:31:\n[^]*\nThe running server is kept\./);
  expect(await text(url)).toBe('one');

  // The command waits for a missing file, although nothing could import it yet.
  await app.write({ 'src/version.ts': 'export { version } from "./missing.ts";\n' });
  await dev.says(/Could not resolve "\.\/missing\.ts"[^]*\nThe running server is kept\./);
  await app.write({ 'src/missing.ts': 'export const version: string = "three";\n' });
  await dev.says(/src\/missing\.ts changed: restarting the server\./);
  expect(await text((await home.up()).url)).toBe('three');
});

test('its own output to a file does not cause a restart', async () => {
  const [home, app] = await Promise.all([
    Home.open(),
    App.make({ 'server.ts': 'throw new Error("no luck");' }),
  ]);
  await using log = await open(path.join(app.path, 'dev.log'), 'a+');
  new Bin(app.path, ['dev'], { env: { HOME_URL: home.url }, into: log.fd });
  const written = (): Promise<string> => readFile(path.join(app.path, 'dev.log'), 'utf8');
  await expect.poll(written).toContain('It restarts when a file changes.');
  await app.write({ 'other.txt': '' });
  await expect.poll(written).toContain('other.txt changed.');
  await app.write({ 'server.ts': PLAIN });
  await home.up();
  expect(await written()).not.toContain('dev.log');
});

test('a server that cannot start is restarted when any file changes', async () => {
  const home = await Home.open();
  const app = await App.make({
    // Like routes: the code doesn't show what is imported.
    'server.ts': `const name: string = 'broken';\nawait import(\`./routes/\${name}.ts\`);\n${PLAIN}`,
    'routes/broken.ts': 'throw new Error("no such luck");',
  });
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  await dev.says(/^The server ended with exit code 1\. It restarts when a file changes\.$/m);
  await app.write({ 'routes/broken.ts': '' });
  await dev.says(/^routes\/broken\.ts changed\.$/m);
  expect(await text((await home.up()).url)).toBe('plain');
});

test('code that has never compiled is started once it does', async () => {
  const [home, app] = await Promise.all([Home.open(), App.make({ 'server.ts': 'import' })]);
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  await dev.says(/server\.ts:1:6:[^]*The server starts once this is fixed\./);
  await app.write({ 'server.ts': PLAIN });
  expect(await text((await home.up()).url)).toBe('plain');
  dev.signal('SIGINT');
  expect(await dev.ended).toBe(0);
  await dev.says(/^Stopped cleanly\.$/m);
});

test('a server that never listens is told so', async () => {
  const app = await App.make({ 'server.ts': 'export const server = {};' });
  const dev = new Command(app.path, ['dev']);
  await dev.says(
    /^server\.ts ended without listening: does it `await server\.listen\(\)`\? It restarts when a file changes\.$/m,
  );
  dev.signal('SIGINT');
  expect(await dev.ended).toBe(0);
});

test('stopping while the server is broken is a clean stop too', async () => {
  const app = await App.make({ 'server.ts': 'process.exit(3)' });
  const dev = new Command(app.path, ['dev']);
  await dev.says(/^The server ended with exit code 3\./m);
  dev.signal('SIGINT');
  expect(await dev.ended).toBe(0);
});

test('.env is read, the environment wins, and a change to .env restarts the server', async () => {
  const answer = 'answer = [process.env.FIRST, process.env.SECOND].join();';
  const [home, app] = await Promise.all([
    Home.open(),
    App.make({ 'server.ts': `${PLAIN}\n${answer}`, '.env': '# one\nFIRST="from .env"\nSECOND=from .env\n' }),
  ]);
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url, SECOND: 'set' });
  expect(await text((await home.up()).url)).toBe('from .env,set');
  await app.write({ '.env': 'FIRST=changed' });
  await dev.says(/^\.env changed: restarting the server\.$/m);
  expect(await text((await home.up()).url)).toBe('changed,set');
  await app.write({ '.env.local': 'FIRST=local\nSECOND=local\nnonsense' });
  await dev.says(/\.env\.local:3: this line is not NAME=value/);
  expect(await text((await home.up()).url)).toBe('local,set');
});

test('a server that needs a variable is restarted when .env is created', async () => {
  const needy = `if (!process.env.NEEDED) process.exit(1);\n${PLAIN}`;
  const [home, app] = await Promise.all([Home.open(), App.make({ 'server.ts': needy })]);
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  await dev.says(/It restarts when a file changes\./);
  await app.write({ '.env': 'NEEDED=1' });
  await dev.says(/^\.env changed\.$/m);
  await home.up();
});

test('--host sets HOST to 0.0.0.0, and a warning appears if the server ignores it', async () => {
  const home = await Home.open();
  const app = await App.make({
    'server.ts': PLAIN.replace("'localhost'", "process.env.HOST ?? 'localhost'"),
  });
  const dev = new Command(app.path, ['dev', '--host'], { HOME_URL: home.url });
  await home.up();
  expect(dev.err).toBe('');
  await app.write({ 'server.ts': PLAIN.replace("'localhost'", "'127.0.0.1'") });
  await home.up();
  await dev.says(
    /server\.ts listens on 127\.0\.0\.1, which only this machine can reach, instead of 0\.0\.0\.0 .*: createServer\({ host: process\.env\.HOST/,
  );
});

test('the error for a port in use names its owner, and what to do', async () => {
  const [app, port] = await Promise.all([App.make({ 'server.ts': PLAIN }), occupied()]);
  const dev = new Command(app.path, ['dev'], { PORT: String(port) });
  expect(await dev.ended).toBe(1);
  expect(dev.err).toMatch(
    new RegExp(
      `^blaize dev: Port ${port} is taken by .*node.* \\(process ${process.pid}\\)\\. ` +
        'Stop that process, or let the server use another port: --port auto$',
      'm',
    ),
  );
});

test('--port auto uses the next free port instead', async () => {
  const [home, app, port] = await Promise.all([Home.open(), App.make({ 'server.ts': PLAIN }), occupied()]);
  const dev = new Command(app.path, ['dev', '--port', 'auto'], { PORT: String(port), HOME_URL: home.url });
  const { url } = await home.up();
  const [, next] = await dev.says(/^Port \d+ is taken by .* The server uses port (\d+) instead\.$/m);
  expect(Number(next)).toBeGreaterThan(port);
  expect(url).toBe(`http://localhost:${next}`);
});

test('a warning appears if the server ignores PORT', async () => {
  const [home, port, taken] = await Promise.all([Home.open(), freePort('localhost'), occupied()]);
  const deaf = (own: number): string => PLAIN.replace('process.env.PORT ?? 0', String(own));
  const app = await App.make({ 'server.ts': deaf(port) });
  const dev = new Command(app.path, ['dev', '--port', '1234'], { HOME_URL: home.url });
  const advice = (own: number): RegExp =>
    new RegExp(
      `server\\.ts listens on port ${own} instead of 1234 from process\\.env\\.PORT\\. ` +
        `Use it: createServer\\({ port: Number\\(process\\.env\\.PORT \\?\\? ${own}\\)`,
    );
  await home.up();
  await dev.says(advice(port));
  await app.write({ 'server.ts': deaf(taken) });
  expect(await dev.ended).toBe(1);
  await dev.says(advice(taken));
});

test('a second signal kills a server that does not stop', async () => {
  const stubborn = `${PLAIN}\nprocess.on('SIGTERM', () => void fetch(process.env.HOME_URL + '/signal'));`;
  const [home, app] = await Promise.all([Home.open(), App.make({ 'server.ts': stubborn })]);
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  await home.up();
  dev.signal('SIGTERM');
  await home.next('/signal');
  dev.signal('SIGINT');
  expect(await dev.ended).toBe(128 + 9);
});

test("the real command forwards a signal, and returns the server's exit code", async () => {
  const closing = `process.once('SIGTERM', () => server.close(() => process.exit(7)));`;
  const [home, app] = await Promise.all([Home.open(), App.make({ 'server.ts': `${PLAIN}${closing}` })]);
  const dev = new Bin(app.path, ['dev'], { env: { HOME_URL: home.url } });
  await home.up();
  dev.process.kill('SIGTERM');
  expect(await dev.ended).toBe(7);
});

test.skipIf(process.platform === 'win32')('the server stops if the command is killed', async () => {
  const [home, app] = await Promise.all([Home.open(), App.make({ 'server.ts': PLAIN })]);
  const dev = new Bin(app.path, ['dev'], { env: { HOME_URL: home.url } });
  const port = Number(new URL((await home.up()).url).port);
  dev.process.kill('SIGKILL');
  await expect.poll(() => accepts(port)).toBe(false);
});

test.runIf(process.platform === 'linux')('in a terminal, it asks whether to use another port', async () => {
  const [home, app, port] = await Promise.all([Home.open(), App.make({ 'server.ts': PLAIN }), occupied()]);
  const env = { HOME_URL: home.url, PORT: String(port) };
  const dev = new Bin(app.path, ['dev'], { env, terminal: true });
  await dev.says(/Use port \d+ instead\?/);
  dev.process.stdin?.write('\r');
  expect(await text((await home.up()).url)).toBe('plain');
  dev.process.stdin?.write('\u0003');
  expect(await dev.ended).toBe(0);
  expect(dev.out).toContain('Stopped cleanly.');
});

const native = Boolean((process.features as { typescript?: unknown }).typescript);

test.skipIf(native)('if Node cannot run TypeScript, the error asks for tsx', async () => {
  const app = await App.make({ 'src/server.ts': '' }, []);
  const dev = new Command(app.path, ['dev']);
  expect(await dev.ended).toBe(1);
  expect(dev.err).toMatch(
    /^blaize dev: server\.ts is TypeScript, which Node v\S+ can't run by itself\. Install tsx \(npm install -D tsx\), or use Node 22\.18 or later\.\n$/,
  );
});
