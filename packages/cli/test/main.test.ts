import { readFile } from 'node:fs/promises';

import { expect, test } from 'vitest';

import { App } from './app.ts';
import { Bin, run } from './run.ts';

const COMMANDS = ['dev', 'build', 'start', 'routes', 'generate', 'doctor', 'cert'];
const LEAVES = [
  ...COMMANDS.filter((name) => name !== 'generate' && name !== 'cert'),
  ...['route', 'middleware', 'plugin', 'test'].map((kind) => `generate ${kind}`),
  ...['make', 'show', 'trust'].map((what) => `cert ${what}`),
];

test.each(['--help', '-h'])('blaize %s names every command', async (flag) => {
  const { code, out, err } = await run('/', flag);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const name of COMMANDS) expect(out).toMatch(new RegExp(`^ +${name} +\\S`, 'm'));
  // No colours outside of a terminal.
  expect(out).not.toContain('\u001b');
});

test('blaize help is blaize --help, and blaize help dev is blaize dev --help', async () => {
  expect(await run('/', 'help')).toEqual(await run('/', '--help'));
  expect(await run('/', 'help', 'cert', 'make')).toEqual(await run('/', 'cert', 'make', '--help'));
  expect((await run('/', 'help', 'dev')).out).toContain('USAGE blaize dev');
  expect(await run('/', 'help', 'bild')).toMatchObject({
    code: 2,
    err: expect.stringContaining('There is no command "bild"'),
  });
});

test.each(LEAVES)(
  'blaize %s --help explains the command and its arguments, without running it',
  async (name) => {
    const { code, out } = await run('/not/there', ...name.split(' '), '--help');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^\\S.*\\(blaize ${name}\\)\n\nUSAGE blaize ${name} `));
    expect(out).toMatch(/OPTIONS|ARGUMENTS/);
  },
);

test("--version prints the package's version", async () => {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  expect(await run('/', '--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

test.each([
  ['', 2, /^Develops, builds, .*USAGE blaize dev\|build/s],
  ['cert', 2, /USAGE blaize cert make\|show\|trust/],
  ['bild', 2, /^blaize: There is no command "bild"\. Commands: dev, build, .*\nSee blaize --help\.\n$/],
  ['toString', 2, /There is no command "toString"/],
  ['cert mak', 2, /^blaize cert: There is no command "mak"\. .*\nSee blaize cert --help\.\n$/],
  [
    'routes --jsn',
    2,
    /^blaize routes: There is no option --jsn\. Options: --entry, --routes, --json, --help\./,
  ],
  [
    'routes one',
    2,
    /^blaize routes: Unexpected argument "one": the command takes no arguments\.\nSee blaize routes --help/,
  ],
  ['generate plugin one two', 2, /Unexpected argument "two": the command takes only 1\./],
  ['build --outdir', 2, /'--outdir <value>' argument missing/],
  ['cert trust --system amiga', 2, /--system \(amiga\)\. Expected one of: linux, macos, windows/],
  ['dev --port 70000', 2, /--port 70000: a port is a whole number from 0 to 65535, or auto\./],
  ['dev --entry no.ts', 1, /^blaize dev: --entry no\.ts: there is no file .*no\.ts\.\n$/],
  [
    'dev',
    1,
    /^blaize dev: There is no server file in .*: looked for src\/server\.ts, src\/index\.ts, server\.ts/,
  ],
])('blaize %s: exit code %i, and what to do', async (line, expected, message) => {
  const app = await App.make({ 'server.js': '' });
  const cwd = line === 'dev' ? app.file('node_modules') : app.path;
  const { code, out, err } = await run(cwd, ...line.split(' ').filter(Boolean));
  expect({ code, out }).toEqual({ code: expected, out: '' });
  expect(err).toMatch(message);
});

test('an unexpected error is reported with its place', async () => {
  const app = await App.make({ 'package.json': '', 'src/middleware': 'a file' });
  const { code, err } = await run(app.path, 'generate', 'middleware', 'log');
  expect(code).toBe(1);
  expect(err).toMatch(/^blaize generate middleware: .*package\.json is not valid JSON/);
  await app.write({ 'package.json': '{}' });
  const { err: fault } = await run(app.path, 'generate', 'middleware', 'log');
  expect(fault).toMatch(/ENOTDIR|EEXIST/);
  expect(fault).not.toContain('node:internal');
});

test('the real command uses the right output streams and exit codes', async () => {
  const app = await App.make({
    'routes/index.mjs': 'export const GET = () => 1; setInterval(() => {}, 1000);',
  });
  const routes = new Bin(app.path, ['routes', '--json']);
  const unknown = new Bin(app.path, ['routs']);
  // Even though the route module keeps a timer running.
  expect(await routes.ended).toBe(0);
  expect(JSON.parse(routes.out)).toMatchObject([{ method: 'GET', path: '/' }]);
  expect(await unknown.ended).toBe(2);
  expect([unknown.out, unknown.err]).toEqual(['', expect.stringContaining('There is no command "routs"')]);
});
