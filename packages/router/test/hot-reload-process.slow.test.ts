import { once } from 'node:events';

import { afterEach, expect, test, vi } from 'vitest';

import { Project, route, TSX } from './project.ts';

// Each starts a process, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: Project;

afterEach(() => project.remove());

test('the process ends by itself once the router is closed', async () => {
  project = await Project.create({ 'routes/index.ts': route('1') });
  const app = await project.start();
  await app.call('add', 'routes');
  await project.write('routes/index.ts', route('2'));
  await app.until('/', 2);
  expect(await app.call('loaded', 'chokidar')).toBeGreaterThan(0);
  expect(await app.call('loaded', 'module-hooks')).toBeGreaterThan(0);
  const ended = once(app.process, 'exit');
  await app.call('close');
  expect(await ended).toEqual([0, null]);
});

test('nothing of it is loaded where nobody watches', async () => {
  project = await Project.create({ 'routes/index.ts': route('1') });
  const app = await project.start({ args: ['no-watch'] });
  await app.call('add', 'routes');
  expect(await app.get('/')).toBe(1);
  expect(await app.call('loaded', 'chokidar')).toBe(0);
  expect(await app.call('loaded', 'module-hooks')).toBe(0);
  const ended = once(app.process, 'exit');
  await app.call('close');
  expect(await ended).toEqual([0, null]);
});

// Node loads TypeScript itself from 22.18 on.
const byItself = 'typescript' in process.features && process.features.typescript !== false;

test.each([['tsx', ['--import', TSX]], ...(byItself ? [['Node', []] as const] : [])] as const)(
  'routes share their modules with the app that does not watch (TypeScript by %s)',
  async (_by, execArgv) => {
    project = await Project.create({
      'routes/db.ts': route('db.id', `import { db } from '../lib/db.ts';`),
      'routes/late.ts': route('db.id', `import { db } from '../lib/db.ts';\nawait undefined;`),
    });
    const app = await project.start({ args: ['no-watch'], execArgv: [...execArgv] });
    await app.call('add', 'routes');
    const id = await app.call('db');
    expect([await app.get('/db'), await app.get('/late')]).toEqual([id, id]);
  },
);

test('a project may be below a folder called node_modules', async () => {
  project = await Project.create(
    {
      'routes/index.ts': route('word', `import { word } from '../lib/word.ts';`),
      'lib/word.ts': `export const word = 1;`,
    },
    'node_modules/project',
  );
  const app = await project.start();
  await app.call('add', 'routes');
  await project.write('lib/word.ts', `export const word = 2;`);
  await app.until('/', 2);
  await project.write('routes/node_modules/some/index.ts', 'not ours');
  await project.write('routes/new.ts', route('3'));
  await app.until('/new', 3);
});

test('routers of one process share what has not changed, and may close on their own', async () => {
  const helper = `import { word } from '../lib/word.ts';`;
  project = await Project.create({
    'routes/index.ts': route('word', helper),
    'more/more.ts': route('word', helper),
    'lib/word.ts': `export const word = { n: 1, id: Math.random() };`,
  });
  const app = await project.start();
  await app.call('add', 'routes');
  await app.call('addToOther', 'more');
  expect(await app.call('getOther', '/more')).toEqual(await app.get('/'));
  await app.call('closeOther');
  await project.write('lib/word.ts', `export const word = 2;`);
  await app.until('/', 2);
});

test('a project in JavaScript needs nothing but Node', async () => {
  project = await Project.create({
    'routes/index.js': route('helper', `import { helper } from '../lib/helper.js';`),
    'lib/helper.js': `export const helper = 1;`,
  });
  const app = await project.start();
  await app.call('add', 'routes');
  await project.write('lib/helper.js', `export const helper = 2;`);
  await app.until('/', 2);
  await project.write('lib/helper.js', `\nexport const helper = = 3;`);
  await app.nextError(/lib\/helper\.js:2:\d+: /);
  await project.write('lib/helper.js', `export const helper = 3;`);
  await app.until('/', 3);
});

test('what changes while the router starts is seen', async () => {
  project = await Project.create({
    'routes/index.ts': [
      `import { helper } from '../lib/helper.ts';`,
      `process.send({ event: 'evaluating' });`,
      `await new Promise((go) => process.once('release', go));`,
      `export const GET = () => helper;`,
    ].join('\n'),
    'lib/helper.ts': `export const helper = 1;`,
  });
  const app = await project.start();
  const added = app.call('add', 'routes');
  await app.next('evaluating');
  await project.write('lib/helper.ts', `export const helper = 2;`);
  await app.call('release');
  await added;
  expect(await app.get('/')).toBe(1);
  await app.next('evaluating');
  await app.call('release');
  await app.until('/', 2);
});

test('what is written as soon as a second folder has been added is seen', async () => {
  project = await Project.create({ 'routes/index.ts': route('1'), 'more/more.ts': route('1') });
  const app = await project.start();
  await app.call('add', 'routes');
  await app.call('addAndWrite', `more|more/more.ts|${route('2')}`);
  await app.until('/more', 2);
});

test('CHOKIDAR_USEPOLLING has files looked at time after time, where the system does not tell of changes', async () => {
  project = await Project.create({
    'routes/index.ts': route('helper', `import { helper } from '../lib/helper.ts';`),
    'lib/helper.ts': `export const helper = 1;`,
  });
  // As on a network drive: nothing is ever told.
  await project.write('deaf.mjs', faultyWatch(`return Object.assign(new EventEmitter(), { close() {} });`));
  const app = await project.start({
    execArgv: ['--import', TSX, '--import', './deaf.mjs'],
    env: { CHOKIDAR_USEPOLLING: '1' },
  });
  await app.call('add', 'routes');
  await project.write('lib/helper.ts', `export const helper = 22;`);
  await app.until('/', 22);
  await project.write('routes/new.ts', route('3'));
  await app.until('/new', 3);
});

test.each([
  ['ENOSPC', /^Some files can't be watched \(ENOSPC\): .* limit on watched files .*CHOKIDAR_USEPOLLING=1/],
  ['EMFILE', /^Some files can't be watched \(EMFILE\): .*CHOKIDAR_USEPOLLING=1/],
])("where the system's limit on watches is reached (%s), one line says what to do", async (code, line) => {
  project = await Project.create({ 'routes/index.ts': route('1'), 'routes/users/[id].ts': route('2') });
  await project.write(
    'full.mjs',
    faultyWatch(`throw Object.assign(new Error('limit'), { code: '${code}' });`),
  );
  const app = await project.start({ execArgv: ['--import', TSX, '--import', './full.mjs'] });
  await app.call('add', 'routes');
  expect(await app.get('/')).toBe(1);
  const { message } = await app.next('notice');
  expect(message).toMatch(line);
  expect(app.take()).toEqual([]);
});

/** Puts another `fs.watch` in place of Node's. */
function faultyWatch(body: string): string {
  return `import { EventEmitter } from 'node:events';
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    fs.watch = () => { ${body} };
    syncBuiltinESMExports();`;
}
