import { writeFileSync } from 'node:fs';
import { mkdir, rename, rm, truncate, writeFile } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { type App, Project, route } from './project.ts';

const DB = `import { db } from '../lib/db.ts';`;

// A process takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: Project;
let app: App;

beforeAll(async () => {
  project = await Project.create({
    'lib/deep.ts': `export const deep = 'deep 1';`,
    'lib/helper.ts': `import { deep } from './deep.ts';\nimport { db } from './db.ts';\nexport const helper = () => [deep, db.id];`,
    'lib/shared.ts': `export const shared = { word: 'one', id: Math.random() };`,
    'data.json': '{ "n": 1 }',
    'legacy.cjs': 'module.exports = { n: 1 };',
    'routes/index.ts': route(`'v1'`),
    'routes/db.ts': route('db.id', DB),
    'routes/helper.ts': route('helper()', `import { helper } from '../lib/helper.ts';`),
    'routes/a.ts': route('[shared.word, shared.id]', `import { shared } from '../lib/shared.ts';`),
    'routes/b.ts': route('[shared.word, shared.id]', `import { shared } from '../lib/shared.ts';`),
    'routes/untouched.ts': `const id = Math.random();\nexport const GET = () => id;`,
    'routes/json.ts': route('data.n', `import data from '../data.json' with { type: 'json' };`),
    'routes/cjs.ts': route('legacy.n', `import legacy from '../legacy.cjs';`),
    'routes/storm.ts': route('0'),
    'routes/partial.ts': route(`'whole 1'`),
    'routes/slow.ts': `export const GET = () => new Promise((done) => process.once('release', () => done('old')));`,
    'routes/_own.ts': `export const own = 'own 1';`,
    'routes/own.ts': route('own', `import { own } from './_own.ts';`),
  });
  app = await project.start();
  await app.call('add', 'routes');
});

afterAll(() => project.remove());

test('a changed route is live', async () => {
  expect(await app.get('/')).toBe('v1');
  await project.write('routes/index.ts', route(`'v2'`));
  await app.until('/', 'v2');
});

test('added, renamed and deleted routes are live', async () => {
  await project.write('routes/new.ts', route(`'new'`));
  await app.until('/new', 'new');
  await rename(project.path('routes/new.ts'), project.path('routes/renamed.ts'));
  await app.until('/renamed', 'new');
  expect(await app.get('/new')).toBe('no route');
  await rm(project.path('routes/renamed.ts'));
  await app.until('/renamed', 'no route');
});

test('a route that comes back is read again', async () => {
  await project.write('routes/back.ts', route('1'));
  await app.until('/back', 1);
  await rm(project.path('routes/back.ts'));
  await app.until('/back', 'no route');
  await project.write('routes/back.ts', route('2'));
  await app.until('/back', 2);
});

test('a new folder is live, however deep', async () => {
  await project.write('routes/x/y/[id].ts', route(`'nested'`));
  await app.until('/x/y/1', 'nested');
  await project.write('routes/x/y/[id].ts', route(`'nested 2'`));
  await app.until('/x/y/1', 'nested 2');
});

test('a module below a helper is live, and what has not changed stays the one that the app has', async () => {
  const id = await app.call('db');
  const untouched = await app.get('/untouched');
  expect(await app.get('/helper')).toEqual(['deep 1', id]);
  await project.write('lib/deep.ts', `export const deep = 'deep 2';`);
  await app.until('/helper', ['deep 2', id]);
  await project.write('routes/db.ts', route(`'changed ' + db.id`, DB));
  await app.until('/db', `changed ${String(id)}`);
  expect(await app.get('/untouched')).toBe(untouched);
});

test('a module that routes share is still one when it has changed', async () => {
  await project.write('lib/shared.ts', `export const shared = { word: 'two', id: Math.random() };`);
  await app.next('reload');
  while (((await app.get('/a')) as string[])[0] !== 'two') await app.next('reload');
  expect(await app.get('/a')).toEqual(await app.get('/b'));
});

test.each([
  ['JSON', 'data.json', '{ "n": 2 }', '/json', 2],
  ['CommonJS', 'legacy.cjs', 'module.exports = { n: 2 };', '/cjs', 2],
  [
    'a module between the routes that is no route',
    'routes/_own.ts',
    `export const own = 'own 2';`,
    '/own',
    'own 2',
  ],
])('%s is live', async (_, file, content, target, expected) => {
  await project.write(file, content);
  await app.until(target, expected);
});

test('a storm of writes comes to few reloads, and ends at the last content', async () => {
  app.take();
  for (let n = 1; n <= 200; n++) writeFileSync(project.path('routes/storm.ts'), route(String(n)));
  await app.until('/storm', 200);
  // What is found truncated is an error, and no reload. How many there are depends on how fast this process writes.
  const reloads = app.take().filter(({ event }) => event === 'reload');
  expect(reloads.length).toBeLessThan(50);
});

test.each([0, 10, 25, 40, 70])(
  'a file that is truncated, and written %i ms later, ends well',
  async (pause) => {
    const word = JSON.stringify(`whole after ${pause}`);
    await truncate(project.path('routes/partial.ts'));
    await new Promise((resolve) => setTimeout(resolve, pause));
    await writeFile(project.path('routes/partial.ts'), route(word));
    await app.until('/partial', JSON.parse(word));
  },
);

test('a file that an editor swaps in is live, time after time', async () => {
  for (let n = 0; n < 3; n++) {
    await project.write('routes/index.ts.tmp', route(`'swapped ${n}'`));
    await rename(project.path('routes/index.ts.tmp'), project.path('routes/index.ts'));
    await app.until('/', `swapped ${n}`);
    await project.write('lib/.deep.swp', `export const deep = 'swapped ${n}';`);
    await rename(project.path('lib/.deep.swp'), project.path('lib/deep.ts'));
    await app.until('/helper', [`swapped ${n}`, await app.call('db')]);
  }
});

test('a request that is under way ends on the handler that it began with', async () => {
  const answer = app.get('/slow');
  await project.write('routes/slow.ts', route(`'new'`));
  // To ask for /slow itself would be another request for the old handler.
  await project.write('routes/changed.ts', route('true'));
  await app.until('/changed', true);
  expect(await app.get('/slow')).toBe('new');
  await app.call('release');
  expect(await answer).toBe('old');
});

test('the whole folder may go and come back', async () => {
  app.take();
  await rename(project.path('routes'), project.path('elsewhere'));
  await app.nextError(/there is no such folder/);
  await rename(project.path('elsewhere'), project.path('routes'));
  await project.write('routes/storm.ts', route(`'back'`));
  await app.until('/storm', 'back');
  await rm(project.path('routes'), { recursive: true });
  await mkdir(project.path('routes'));
  await project.write('routes/index.ts', route(`'all new'`));
  await app.until('/', 'all new');
  // A pass that began before the folder went still knows its files.
  await vi.waitFor(async () => expect(await app.call('routes')).toEqual(['/']), { timeout: 10_000 });
});
