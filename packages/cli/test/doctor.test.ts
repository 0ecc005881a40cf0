import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import module from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { freePort } from '../../../tooling/free-port.mjs';
import {
  checkCopies,
  checkEntry,
  checkNode,
  checkPort,
  checkRoutes,
  type Patient,
} from '../src/doctor/checks.ts';
import type { Finding } from '../src/doctor/finding.ts';
import type { PnpApi } from '../src/installed.ts';
import { answering, App } from './app.ts';
import { Command, run } from './run.ts';

const SERVER = `import { createServer } from 'blaizejs';\nimport './more.ts';\nvoid createServer;\n`;

async function examine(cwd: string): Promise<{ code: number | undefined; lines: string[] }> {
  // A free port, in case 3000 is in use.
  const command = new Command(cwd, ['doctor'], { PORT: String(await freePort('localhost')) });
  const code = await command.ended;
  expect(command.err).toBe('');
  return { code, lines: command.out.trimEnd().split('\n') };
}

const patient = (cwd: string, env: NodeJS.ProcessEnv = {}): Patient => ({
  cwd,
  env,
  entry: undefined,
  routes: undefined,
});
const told = (findings: readonly Finding[]): string[] =>
  findings.map(({ level, about, text }) => `${level} ${about}: ${text}`);

test('an app without problems', async () => {
  const app = await App.make({
    'src/server.ts': SERVER,
    'src/more.ts': 'export {};',
    'src/routes/index.ts': answering('1'),
  });
  const { code, lines } = await examine(app.path);
  expect(code).toBe(0);
  expect(lines).toEqual([
    expect.stringMatching(/^ok {4}Node {10}\d+\.\d+\.\d+ \(20\.19 or later is supported\)$/),
    'ok    package.json  its files are ES modules',
    expect.stringMatching(
      /^ok {4}Server file {3}src\/server\.ts compiles with 1 imported file, and runs with (tsx|Node itself)/,
    ),
    'ok    Routes        1 in src/routes, all loaded',
    'ok    Packages      one copy each of 11 BlaizeJS packages',
    'ok    Certificate   no development certificate yet; the server creates one when it starts',
    expect.stringMatching(/^ok {4}Port {10}\d+ \(from PORT\) is free$/),
    'No problems found.',
  ]);
});

test('an app with problems: all are reported at once, and the exit code is 1', async () => {
  const app = await App.make(
    {
      'package.json': '{}',
      'src/server.ts': `import 'stripe';\nimport './more.ts';\n`,
      'src/more.ts': `import express from 'express';\n`,
      'src/routes/index.ts': 'export const nothing = 1;',
      '.blaize/ssl/cert.pem': 'none',
    },
    ['tsx'],
  );
  const { code, lines } = await examine(app.path);
  expect(code).toBe(1);
  expect(lines).toEqual([
    expect.stringMatching(/^ok {4}Node/),
    expect.stringMatching(/^warn {2}package\.json {2}it has no "type": "module"/),
    expect.stringMatching(/^ok {4}Server file/),
    'FAIL  Packages      src/more.ts imports express, which is not installed: npm install express',
    'FAIL  Packages      src/server.ts imports stripe, which is not installed: npm install stripe',
    expect.stringMatching(/^FAIL {2}Routes {8}Route file .*index\.ts: it exports no route/),
    'FAIL  Packages      BlaizeJS is not installed: npm install blaizejs',
    expect.stringMatching(/^FAIL {2}Certificate {3}.*key\.pem/),
    expect.stringMatching(/^ok {4}Port/),
    '5 to fix.',
  ]);
});

test('routes behind links are loaded too', async () => {
  const app = await App.make({ 'src/routes/index.ts': answering('1'), 'shared/users.ts': answering('2') });
  await symlink('../../shared', app.file('src/routes/linked'));
  expect(told(await checkRoutes(patient(app.path)))).toEqual(['fine Routes: 2 in src/routes, all loaded']);
});

test('a folder without an app', async () => {
  const app = await App.make({});
  const { code, lines } = await examine(app.file('node_modules'));
  expect(code).toBe(1);
  expect(lines).toContainEqual(
    expect.stringMatching(/^warn {2}package\.json {2}there is none in .*node_modules: create one/),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^FAIL {2}Server file {3}there is none in .*: create src\/server\.ts/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^warn {2}Routes {8}found no folder with routes/));
});

test('code that does not compile is reported with its place', async () => {
  const app = await App.make({ 'src/server.ts': 'const a = ;', 'src/routes/index.ts': answering('1') });
  const { code, lines } = await examine(app.path);
  expect(code).toBe(1);
  expect(lines.join('\n')).toMatch(/^FAIL {2}Server file .*\n\n {4}src\/server\.ts:1:10:/m);
});

test('the development certificate', async () => {
  const app = await App.make({ 'src/server.js': '' });
  await run(app.path, 'cert', 'make');
  const about = async (): Promise<string | undefined> =>
    (await examine(app.path)).lines.find((line) => line.includes('Certificate'));
  expect(await about()).toMatch(/^ok {4}Certificate {3}\.blaize\/ssl\/cert\.pem is valid for 36[45] days$/);
  await chmod(app.file('.blaize/ssl/key.pem'), 0o644);
  expect(await about()).toMatch(/^warn {2}Certificate {3}other users can read \.blaize\/ssl\/key\.pem/);
});

test.each([
  ['20.18.3', 'problem Node: 20.18.3 is too old: use 20.19 or later, preferably an even major version'],
  ['18.20.0', 'problem Node: 18.20.0 is too old: use 20.19 or later, preferably an even major version'],
  ['20.19.0', 'fine Node: 20.19.0 (20.19 or later is supported)'],
  ['24.1.0', 'fine Node: 24.1.0 (20.19 or later is supported)'],
])('Node %s', (version, expected) => {
  expect(told(checkNode(patient('/'), version))).toEqual([expected]);
});

describe('the port', () => {
  test('is reported with its owner if it is in use', async () => {
    const server = createServer();
    await once(server.listen(0), 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const [finding] = told(await checkPort(patient('/', { PORT: String(port) })));
    expect(finding).toMatch(
      new RegExp(`^warning Port: ${port} \\(from PORT\\) is taken by .*\\(process ${process.pid}\\)$`),
    );
  });

  test.each(['http', '-1', '65536', '1.5'])('%s is invalid', async (PORT) => {
    expect(told(await checkPort(patient('/', { PORT })))).toEqual([
      `problem Port: PORT is "${PORT}": a port is a whole number from 0 to 65535`,
    ]);
  });

  test('is 3000 by default', async () => {
    expect(told(await checkPort(patient('/')))[0]).toMatch(/Port: 3000 \(the default\) is /);
  });
});

describe('copies of packages', () => {
  const installed = async (app: App, folder: string, name: string, version: string): Promise<string> => {
    const directory = app.file(folder, 'node_modules', name);
    await mkdir(directory, { recursive: true });
    await writeFile(path.join(directory, 'package.json'), JSON.stringify({ name, version }));
    return directory;
  };

  test('npm: a copy below another package counts', async () => {
    const app = await App.make({}, []);
    await installed(app, '.', 'blaizejs', '1.0.0');
    await installed(app, '.', '@blaizejs/router', '1.1.0');
    await installed(app, 'node_modules/some/node_modules/@scope/deep', '@blaizejs/router', '1.0.0');
    await installed(app, '.', 'other', '1.0.0');
    expect(told(await checkCopies(patient(app.path)))).toEqual([
      'problem Packages: @blaizejs/router is installed 2 times: 1.1.0 in node_modules/@blaizejs/router, ' +
        '1.0.0 in node_modules/some/node_modules/@scope/deep/node_modules/@blaizejs/router. ' +
        'Depend on one version, then run npm dedupe',
    ]);
  });

  test('pnpm: links to the same folder are one copy, two folders in the store are two', async () => {
    const app = await App.make({}, []);
    const store = 'node_modules/.pnpm';
    const one = await installed(app, `${store}/@blaizejs+ssl@1.0.0`, '@blaizejs/ssl', '1.0.0');
    await mkdir(app.file('node_modules/@blaizejs'), { recursive: true });
    await symlink(one, app.file('node_modules/@blaizejs/ssl'), 'dir');
    await mkdir(app.file(store, 'app@1.0.0/node_modules/@blaizejs'), { recursive: true });
    await symlink(one, app.file(store, 'app@1.0.0/node_modules/@blaizejs/ssl'), 'dir');
    expect(told(await checkCopies(patient(app.path)))).toEqual([
      'fine Packages: one copy each of 1 BlaizeJS package',
    ]);
    await installed(app, `${store}/@blaizejs+ssl@1.0.0_peer`, '@blaizejs/ssl', '1.0.0');
    expect(told(await checkCopies(patient(app.path)))).toEqual([
      expect.stringMatching(
        /^problem Packages: @blaizejs\/ssl is installed 2 times: 1\.0\.0 in node_modules\/\.pnpm/,
      ),
    ]);
  });

  test("Yarn's Plug'n'Play lists them, and node_modules in folders above do not count", async () => {
    const app = await App.make(
      { 'src/server.js': 'import "blaizejs";\nimport "./more.js";', 'src/more.js': 'import "zod";' },
      [],
    );
    await installed(app, 'node_modules/above', 'blaizejs', '0.9.0');
    const one = await installed(app, 'cache/one.zip', 'blaizejs', '1.0.0');
    const two = await installed(app, 'cache/two.zip', '@blaizejs/ssl', '1.0.0');
    const places: Record<string, string> = { blaizejs: one, '@blaizejs/ssl': two };
    const pnp: PnpApi = {
      resolveToUnqualified: (name) => {
        if (name in places) return places[name]!;
        throw new Error(`Your application tried to access ${name}`);
      },
      getAllLocators: () => [
        { name: 'blaizejs', reference: '1.0.0' },
        { name: 'blaizejs', reference: 'virtual:1#1.0.0' },
        { name: '@blaizejs/ssl', reference: '1.0.0' },
        { name: 'other', reference: '1.0.0' },
        { name: null, reference: null },
      ],
      getPackageInformation: ({ name }) => ({ packageLocation: places[name ?? ''] ?? '/not/there' }),
    };
    const withPnp = module as { findPnpApi?: ((file: string) => PnpApi | null) | undefined };
    withPnp.findPnpApi = (file) => (file.startsWith(app.path) ? pnp : null);
    onTestFinished(() => {
      delete withPnp.findPnpApi;
    });

    expect(told(await checkCopies(patient(app.path)))).toEqual([
      'fine Packages: one copy each of 2 BlaizeJS packages',
    ]);
    expect(told(await checkEntry(patient(app.path))).slice(1)).toEqual([
      'problem Packages: src/more.js imports zod, which is not installed: npm install zod',
    ]);
  });

  test('copies in folders above count, and broken links do not', async () => {
    const app = await App.make({}, []);
    await installed(app, '.', 'blaizejs', '1.0.0');
    await installed(app, 'packages/one', 'blaizejs', '1.0.0');
    await symlink('/not/there', app.file('packages/one/node_modules/@blaizejs'), 'dir');
    const [finding] = told(await checkCopies(patient(app.file('packages/one'))));
    expect(finding).toMatch(/blaizejs is installed 2 times/);
  });
});
