import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, test } from 'vitest';

import { Folder } from './folder.ts';
import { run } from './run.ts';

const QUIET = ['--no-install', '--no-git'];

test('options can answer every question', async () => {
  const folder = await Folder.make();
  const args = ['my-app', '--template', 'api', '--name', '@me/api', '--package-manager', 'pnpm', ...QUIET];
  const { code, out, err } = await run(folder.path, args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toBe(`Created my-app from the template api. Next:

  cd my-app
  pnpm install
  pnpm run dev

Then open https://localhost:3000
`);
  expect(JSON.parse(await folder.read('my-app/package.json'))).toMatchObject({
    name: '@me/api',
    version: '0.0.0',
  });
  expect(await folder.names('my-app')).toContain('pnpm-workspace.yaml');
  expect(await folder.names('my-app')).not.toContain('node_modules');
});

test('without a terminal, the error lists everything that is missing, and nothing is created', async () => {
  const folder = await Folder.make();
  const { code, out, err } = await run(folder.path, []);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toBe(
    'create-blaizejs: There is no terminal to ask questions in. Give a folder, --template minimal|api, --install or ' +
      '--no-install, --git or --no-git. Or use the defaults: --yes.\nFor help: npm create blaizejs -- --help\n',
  );
  expect((await run(folder.path, ['app', '--template', 'api', '--no-git'])).err).toContain(
    'Give --install or --no-install. Or use',
  );
  expect(await folder.names()).toEqual([]);
});

test('--yes uses the defaults: minimal, installed by the calling package manager, with a repository', async () => {
  const folder = await Folder.make();
  const PATH = await folder.programs({ yarn: 'echo "$PWD $NODE_ENV $@" > "$PWD/installed"' });
  const env = { PATH, npm_config_user_agent: 'yarn/1.22.22 npm/? node/v20.20.0', NODE_ENV: 'production' };
  const { code, out, err } = await run(folder.path, ['--yes'], env);
  expect({ code, err }).toEqual({ code: 0, err: 'Installing packages with yarn …\n' });
  expect(out).toContain(
    'Created blaize-app from the template minimal. Next:\n\n  cd blaize-app\n  yarn run dev\n',
  );
  expect(await folder.read('blaize-app/installed')).toBe(
    `${folder.file('blaize-app')} development install\n`,
  );
  expect(await folder.names('blaize-app')).toEqual(
    expect.arrayContaining(['.git', '.gitignore', 'src', 'test']),
  );
});

test('a folder in a repository gets no repository of its own', async () => {
  const folder = await Folder.make();
  expect((await run(folder.path, ['first', '--yes', '--no-install'])).code).toBe(0);
  expect((await run(folder.path, ['first/apps/second', '--yes', '--no-install'])).code).toBe(0);
  expect(await folder.names('first/apps/second')).not.toContain('.git');
  expect((await run(folder.path, ['first/apps/third', '--yes', '--no-install', '--git'])).code).toBe(0);
  expect(await folder.names('first/apps/third')).toContain('.git');
});

test('missing git is an error only with --git', async () => {
  const folder = await Folder.make();
  const env = { PATH: folder.path };
  const asked = await run(folder.path, ['app', '--yes', '--git', '--no-install'], env);
  expect(asked.code).toBe(1);
  expect(asked.err).toBe('create-blaizejs: --git needs git, which is not installed here.\n');
  expect(await folder.names()).toEqual([]);
  expect((await run(folder.path, ['app', '--yes', '--no-install'], env)).code).toBe(0);
  expect(await folder.names('app')).not.toContain('.git');
});

test('a folder that is not empty is left alone', async () => {
  const folder = await Folder.make({
    'one/README.md': '',
    'two/a': '',
    'two/b': '',
    'many/a': '',
    'many/b': '',
    'many/c': '',
    file: '',
  });
  const refusal = async (name: string) => (await run(folder.path, [name, '--yes'])).err;
  expect(await refusal('one')).toBe(
    `create-blaizejs: ${folder.file('one')} is not empty: README.md. Choose a folder that is new or empty.\n`,
  );
  expect(await refusal('two')).toContain('is not empty: a, b. Choose');
  expect(await refusal('many')).toContain('is not empty: a, b, …. Choose');
  expect(await refusal('file')).toContain('file is a file. Choose');
  expect(await refusal('.')).toContain('is not empty: file, many, …');
  expect(await folder.names('one')).toEqual(['README.md']);
});

test('an app can be created in the current folder, an empty clone', async () => {
  const folder = await Folder.make({ 'shop/.git/HEAD': 'ref: refs/heads/main\n' });
  const { code, out } = await run(folder.file('shop'), ['.', '--template', 'minimal', ...QUIET]);
  expect(code).toBe(0);
  expect(out).toMatch(/^Created an app here from the template minimal\. Next:\n\n {2}npm install\n/);
  expect(JSON.parse(await folder.read('shop/package.json')).name).toBe('shop');
});

test('an invalid package name is refused, or corrected with --yes', async () => {
  const folder = await Folder.make();
  const { code, err } = await run(folder.path, ['My App', '--template', 'minimal', ...QUIET]);
  expect(code).toBe(2);
  expect(err).toContain(
    `"My App" can't be the name of a package: it has capital letters. Choose another: --name my-app\n`,
  );
  const named = await run(folder.path, ['app', '--yes', '--name', 'App', ...QUIET]);
  expect([named.code, named.err]).toEqual([2, expect.stringContaining('Choose another: --name app')]);
  expect(await folder.names()).toEqual([]);

  const made = await run(folder.path, ['My App', '--yes', ...QUIET]);
  expect(made.out).toContain('  cd "My App"\n');
  expect(JSON.parse(await folder.read('My App/package.json')).name).toBe('my-app');
});

test.each([
  [
    ['app', 'api'],
    /^create-blaizejs: Unexpected argument "api": .* With npm, put -- before the options: npm/,
  ],
  [['--template', 'large'], /There is no template "large"\. Choose one of minimal, api\./],
  [['--template', 'constructor'], /There is no template "constructor"/],
  [['--package-manager', 'cargo'], /There is no package manager "cargo"\. Choose one of npm, pnpm, yarn\./],
  [
    ['--tempalte', 'api'],
    /^create-blaizejs: Unknown option '--tempalte'\.\nFor help: npm create blaizejs -- --help\n$/,
  ],
  [['--name'], /argument missing/],
])('%j is refused with exit code 2, and advice', async (args, message) => {
  const folder = await Folder.make();
  const { code, out, err } = await run(folder.path, args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(message);
  expect(await folder.names()).toEqual([]);
});

test('a failed installation keeps the app, and says how to continue', async () => {
  const folder = await Folder.make();
  const PATH = await folder.programs({ npm: 'exit 7' });
  const { code, out, err } = await run(folder.path, ['app', '--yes', '--no-git'], { PATH });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toBe(
    `Installing packages with npm …\ncreate-blaizejs: npm install failed (exit code 7). The files of the app are in ` +
      `${folder.file('app')}. Continue with\n  cd app\n  npm install\n`,
  );
  expect(await folder.names('app')).toContain('package.json');
});

test('so does a repository that cannot be created, or a missing package manager', async () => {
  const folder = await Folder.make();
  const PATH = await folder.programs({ git: 'test "$1" = rev-parse && exit 128; exit 3' });
  const { code, err } = await run(folder.path, ['app', '--yes'], { PATH });
  expect(code).toBe(1);
  expect(err).toContain('git init --quiet failed (exit code 3).');
  expect(err).toMatch(/Continue with\n {2}cd app\n {2}git init\n {2}npm install\n$/);

  const args = ['other', '--yes', '--no-git', '--package-manager', 'yarn'];
  const missing = await run(folder.path, args, { PATH: path.join(folder.path, 'nothing') });
  expect(missing.code).toBe(1);
  expect(missing.err).toContain("yarn install can't be run: spawn yarn ENOENT.");
});

test('a signal stops the installation too, and the message says what exists', async () => {
  const folder = await Folder.make();
  const PATH = await folder.programs({ npm: 'exec sleep 60' });
  const { code, err } = await run(folder.path, ['app', '--yes', '--no-git'], { PATH }, 'SIGTERM');
  expect(code).toBe(1);
  expect(err).toContain('npm install was stopped (SIGTERM). The files of the app are in');
  expect(await folder.names('app')).toContain('package.json');
});

test('the error for a folder that cannot be created gives the reason', async () => {
  const folder = await Folder.make({ file: '' });
  const { code, err } = await run(folder.path, ['file/app', '--template', 'minimal', ...QUIET]);
  expect(code).toBe(1);
  expect(err).toMatch(/^create-blaizejs: [^\n]*ENOTDIR: not a directory[^\n]*\n$/);
});

// Near the maximum length of paths in Linux: the first files can be written, but not those in src/routes.
describe.runIf(process.platform === 'linux')('a failure half-way leaves nothing behind', () => {
  const LONGEST = 4095;
  const ROOM = 20;

  test.each(['new', 'empty'])('in a folder that was %s', async (state) => {
    const folder = await Folder.make();
    const length = LONGEST - ROOM - folder.path.length;
    const deep = folder.file(...Array<string>(Math.floor(length / 100) - 1).fill('x'.repeat(99)));
    const app = path.join(deep, 'y'.repeat(LONGEST - ROOM - deep.length - 1));
    await mkdir(state === 'new' ? deep : app, { recursive: true });
    const args = [app, '--name', 'app', '--template', 'minimal', ...QUIET];
    const { code, err } = await run(folder.path, args);
    expect(code).toBe(1);
    expect(err).toMatch(/The app can't be written: ENAMETOOLONG: [^]* Nothing was left behind\.\n$/);
    expect(await readdir(state === 'new' ? deep : app)).toEqual([]);
  });
});

test.each(['--help', '-h'])('%s shows the options, and does nothing', async (flag) => {
  const folder = await Folder.make();
  const { code, out, err } = await run(folder.path, ['app', flag]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const option of ['--template', '--name', '--package-manager', '--no-install', '--no-git', '--yes']) {
    expect(out).toContain(option);
  }
  expect(await folder.names()).toEqual([]);
});

test("--version prints the package's version", async () => {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  expect(await run('/', ['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
});
