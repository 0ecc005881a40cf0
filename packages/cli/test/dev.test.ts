import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { answering, App } from './app.ts';
import { accepts, freePort, Home } from './home.ts';
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

// For what has nothing to do with the framework: it starts faster.
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

test('TypeScript runs as it is, and a changed route needs no new start', async () => {
  const [home, app] = await Promise.all([Home.open(), project()]);
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  const { url } = await home.up();
  expect(await text(url)).toBe('a route');
  await app.write({ 'src/routes/index.ts': answering('"another"') });
  await expect.poll(() => text(url)).toBe('another');
  expect([home.left, dev.err]).toEqual([0, '']);
});

test('a change of what the server file imports starts it anew, after the request in flight', async () => {
  const [home, app, port] = await Promise.all([Home.open(), project(), freePort()]);
  const dev = new Command(app.path, ['dev', '--port', String(port)], { HOME_URL: home.url });
  const { url, version } = await home.up();
  expect([url, version]).toEqual([`http://localhost:${port}`, 'one']);
  const slow = text(`${url}/slow`);
  const inFlight = await home.next('/slow');

  await app.write({ 'src/version.ts': 'export const version: string = "two";\n' });
  await dev.says(/^src\/version\.ts changed: the server restarts\.$/m);
  await expect.poll(() => accepts(port)).toBe(false);
  await dev.says(/^Waiting for requests in flight\.$/m);
  inFlight.answer();

  expect(await slow).toBe('one');
  expect(await home.up()).toEqual({ url, version: 'two' });
  expect(await text(url)).toBe('a route');
});

test('code that does not compile is shown with its place, and ends nothing', async () => {
  const home = await Home.open();
  const app = await App.make({
    'src/server.ts': PLAIN_WITH_VERSION,
    'src/version.ts': 'export const version = "one";',
  });
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  const { url } = await home.up();

  await app.write({ 'src/version.ts': 'export const version: string = = "two";\n' });
  await dev.says(/Unexpected "="\n\n {4}src\/version\.ts:1:31:\n[^]*\nThe server that runs is kept\./);
  expect(await text(url)).toBe('one');

  // What is missing is awaited, although nothing could import it yet.
  await app.write({ 'src/version.ts': 'export { version } from "./missing.ts";\n' });
  await dev.says(/Could not resolve "\.\/missing\.ts"[^]*\nThe server that runs is kept\./);
  await app.write({ 'src/missing.ts': 'export const version: string = "three";\n' });
  await dev.says(/src\/missing\.ts changed: the server restarts\./);
  expect(await text((await home.up()).url)).toBe('three');
});

test('what it writes is no change, wherever it goes', async () => {
  const [home, app] = await Promise.all([
    Home.open(),
    App.make({ 'server.ts': 'throw new Error("no luck");' }),
  ]);
  await using log = await open(path.join(app.path, 'dev.log'), 'a+');
  new Bin(app.path, ['dev'], { env: { HOME_URL: home.url }, into: log.fd });
  const written = (): Promise<string> => readFile(path.join(app.path, 'dev.log'), 'utf8');
  await expect.poll(written).toContain('It is started again when a file changes.');
  await app.write({ 'other.txt': '' });
  await expect.poll(written).toContain('other.txt changed.');
  await app.write({ 'server.ts': PLAIN });
  await home.up();
  expect(await written()).not.toContain('dev.log');
});

test('a server that can not start is started again when a file changes, whoever imports it', async () => {
  const home = await Home.open();
  const app = await App.make({
    // As routes are: nobody can tell from the code what is imported.
    'server.ts': `const name: string = 'broken';\nawait import(\`./routes/\${name}.ts\`);\n${PLAIN}`,
    'routes/broken.ts': 'throw new Error("no such luck");',
  });
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  await dev.says(/^The server ended with exit code 1\. It is started again when a file changes\.$/m);
  await app.write({ 'routes/broken.ts': '' });
  await dev.says(/^routes\/broken\.ts changed\.$/m);
  expect(await text((await home.up()).url)).toBe('plain');
});

test('code that has never compiled is started once it does', async () => {
  const [home, app] = await Promise.all([Home.open(), App.make({ 'server.ts': 'import' })]);
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  await dev.says(/server\.ts:1:6:[^]*It is started when that has changed\./);
  await app.write({ 'server.ts': PLAIN });
  expect(await text((await home.up()).url)).toBe('plain');
  dev.signal('SIGINT');
  expect(await dev.ended).toBe(0);
  await dev.says(/^Stopped cleanly\.$/m);
});

test('a server that was broken when it was told to stop is a clean stop too', async () => {
  const app = await App.make({ 'server.ts': 'process.exit(3)' });
  const dev = new Command(app.path, ['dev']);
  await dev.says(/^The server ended with exit code 3\./m);
  dev.signal('SIGINT');
  expect(await dev.ended).toBe(0);
});

test('.env is read, the environment wins, and a change of it restarts the server', async () => {
  const answer = 'answer = [process.env.FIRST, process.env.SECOND].join();';
  const [home, app] = await Promise.all([
    Home.open(),
    App.make({ 'server.ts': `${PLAIN}\n${answer}`, '.env': '# one\nFIRST="from .env"\nSECOND=from .env\n' }),
  ]);
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url, SECOND: 'set' });
  expect(await text((await home.up()).url)).toBe('from .env,set');
  await app.write({ '.env': 'FIRST=changed' });
  await dev.says(/^\.env changed: the server restarts\.$/m);
  expect(await text((await home.up()).url)).toBe('changed,set');
});

test('a server that needs a variable is started again when .env comes', async () => {
  const needy = `if (!process.env.NEEDED) process.exit(1);\n${PLAIN}`;
  const [home, app] = await Promise.all([Home.open(), App.make({ 'server.ts': needy })]);
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  await dev.says(/It is started again when a file changes\./);
  await app.write({ '.env': 'NEEDED=1' });
  await dev.says(/^\.env changed\.$/m);
  await home.up();
});

test('--host gives the server 0.0.0.0 in HOST, and says if it does not read that', async () => {
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
    /server\.ts listens on 127\.0\.0\.1, which only this machine reaches, and not on 0\.0\.0\.0, .*: createServer\({ host: process\.env\.HOST/,
  );
});

test('a port that is taken: who has it, and what to do', async () => {
  const [app, port] = await Promise.all([App.make({ 'server.ts': PLAIN }), occupied()]);
  const dev = new Command(app.path, ['dev'], { PORT: String(port) });
  expect(await dev.ended).toBe(1);
  expect(dev.err).toMatch(
    new RegExp(
      `^blaize dev: Port ${port} is taken by .*node.* \\(process ${process.pid}\\)\\. ` +
        'Stop it, or let the server take another one: --port auto$',
      'm',
    ),
  );
});

test('--port auto takes the next free one instead', async () => {
  const [home, app, port] = await Promise.all([Home.open(), App.make({ 'server.ts': PLAIN }), occupied()]);
  const dev = new Command(app.path, ['dev', '--port', 'auto'], { PORT: String(port), HOME_URL: home.url });
  const { url } = await home.up();
  const [, next] = await dev.says(/^Port \d+ is taken by .* The server takes port (\d+) instead\.$/m);
  expect(Number(next)).toBeGreaterThan(port);
  expect(url).toBe(`http://localhost:${next}`);
});

test('a server that does not read PORT is told from one that does', async () => {
  const [home, port, taken] = await Promise.all([Home.open(), freePort(), occupied()]);
  const deaf = (own: number): string => PLAIN.replace('process.env.PORT ?? 0', String(own));
  const app = await App.make({ 'server.ts': deaf(port) });
  const dev = new Command(app.path, ['dev', '--port', '1234'], { HOME_URL: home.url });
  const advice = (own: number): RegExp =>
    new RegExp(
      `server\\.ts listens on ${own} and not on 1234, which it was given in process\\.env\\.PORT\\. ` +
        `Let it: createServer\\({ port: Number\\(process\\.env\\.PORT \\?\\? ${own}\\)`,
    );
  await home.up();
  await dev.says(advice(port));
  await app.write({ 'server.ts': deaf(taken) });
  expect(await dev.ended).toBe(1);
  await dev.says(advice(taken));
});

test('a second signal ends a server that does not want to', async () => {
  const stubborn = `${PLAIN}\nprocess.on('SIGTERM', () => void fetch(process.env.HOME_URL + '/signal'));`;
  const [home, app] = await Promise.all([Home.open(), App.make({ 'server.ts': stubborn })]);
  const dev = new Command(app.path, ['dev'], { HOME_URL: home.url });
  await home.up();
  dev.signal('SIGTERM');
  await home.next('/signal');
  dev.signal('SIGINT');
  expect(await dev.ended).toBe(128 + 9);
});

test('the real command passes on a signal, and the exit code of the server', async () => {
  const closing = `process.once('SIGTERM', () => server.close(() => process.exit(7)));`;
  const [home, app] = await Promise.all([Home.open(), App.make({ 'server.ts': `${PLAIN}${closing}` })]);
  const dev = new Bin(app.path, ['dev'], { env: { HOME_URL: home.url } });
  await home.up();
  dev.process.kill('SIGTERM');
  expect(await dev.ended).toBe(7);
});

test.skipIf(process.platform === 'win32')('a server does not outlive a command that was killed', async () => {
  const [home, app] = await Promise.all([Home.open(), App.make({ 'server.ts': PLAIN })]);
  const dev = new Bin(app.path, ['dev'], { env: { HOME_URL: home.url } });
  const port = Number(new URL((await home.up()).url).port);
  dev.process.kill('SIGKILL');
  await expect.poll(() => accepts(port)).toBe(false);
});

test.runIf(process.platform === 'linux')('in a terminal it asks whether to take another port', async () => {
  const [home, app, port] = await Promise.all([Home.open(), App.make({ 'server.ts': PLAIN }), occupied()]);
  const env = { HOME_URL: home.url, PORT: String(port) };
  const dev = new Bin(app.path, ['dev'], { env, terminal: true });
  await dev.says(/Take port \d+ instead\?/);
  dev.process.stdin?.write('\r');
  expect(await text((await home.up()).url)).toBe('plain');
  dev.process.stdin?.write('\u0003');
  expect(await dev.ended).toBe(0);
  expect(dev.out).toContain('Stopped cleanly.');
});

const native = Boolean((process.features as { typescript?: unknown }).typescript);

test.skipIf(native)('where Node runs no TypeScript, tsx is asked for', async () => {
  const app = await App.make({ 'src/server.ts': '' }, []);
  const dev = new Command(app.path, ['dev']);
  expect(await dev.ended).toBe(1);
  expect(dev.err).toMatch(
    /^blaize dev: server\.ts is TypeScript, which Node v\S+ does not run by itself\. Install tsx \(npm install -D tsx\), or use Node 22\.18 or later\.\n$/,
  );
});
