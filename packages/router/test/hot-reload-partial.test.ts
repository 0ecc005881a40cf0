import { rename, rm } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { type App, Project, route } from './project.ts';

// Each starts a process, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: Project;
let app: App;

beforeAll(async () => {
  project = await Project.create({
    'lib/helper.ts': `export const helper = 1;`,
    'lib/own.ts': `export const own = 1;`,
    'routes/a.ts': route(`'a1'`),
    'routes/b.ts': route(`'b1'`),
    'routes/c.ts': route(`'c1'`),
    'routes/one.ts': route('helper', `import { helper } from '../lib/helper.ts';`),
    'routes/two.ts': route('helper', `import { helper } from '../lib/helper.ts';`),
    'routes/three.ts': route('own', `import { own } from '../lib/own.ts';`),
  });
  app = await project.start();
  await app.call('add', 'routes');
});

afterAll(() => project.remove());

test('a reload says in a line what it reloaded: files, importers, time', async () => {
  await project.write('routes/a.ts', route(`'a2'`));
  await app.until('/a', 'a2');
  expect(await app.nextLine()).toBe('reloaded routes/a.ts, n ms');
  await project.write('lib/helper.ts', `export const helper = 2;`);
  await app.until('/one', 2);
  expect(await app.nextLine()).toBe('reloaded lib/helper.ts, 2 importers, n ms');
  await rename(project.path('routes/c.ts'), project.path('routes/d.ts'));
  await app.until('/d', 'c1');
  await app.until('/c', 'no route');
  const lines = app.take().flatMap(({ line }) => line ?? []);
  expect(lines.join(' ')).toMatch(/routes\/c\.ts \(deleted\)/);
  expect(lines.join(' ')).toMatch(/routes\/d\.ts/);
});

test.each([
  ['an empty file', '', /Route file routes\/a\.ts: it exports no route/],
  [
    'one that does not compile',
    'export const GET = = 1;',
    /Route file routes\/a\.ts did not load: routes\/a\.ts:1:20/,
  ],
  ['one that throws', 'throw new Error("boom");', /routes\/a\.ts:1:\d+: boom/],
])(
  '%s keeps its last good routes, and keeps no other file from being reloaded',
  async (_, content, message) => {
    const good = await app.get('/a');
    app.take();
    await project.replace('routes/a.ts', content);
    await app.nextError(message);
    const { problems } = await app.next('broken');
    expect(problems).toEqual([expect.stringMatching(message) as string]);
    const word = `b ${Math.random()}`;
    await project.replace('routes/b.ts', route(JSON.stringify(word)));
    await app.until('/b', word);
    await project.replace('routes/new.ts', route(JSON.stringify(word)));
    await app.until('/new', word);
    expect(await app.get('/a')).toBe(good);
    // It is still broken, which has been said.
    expect(app.take().filter(({ event }) => event === 'error' || event === 'broken')).toEqual([]);

    const mended = `mended ${Math.random()}`;
    await project.write('routes/a.ts', route(JSON.stringify(mended)));
    await app.until('/a', mended);
    expect((await app.next('broken')).problems).toEqual([]);
    expect(await app.nextLine()).toBe('reloaded routes/a.ts, n ms');
  },
);

test('a broken file that is saved again, still broken, is told of again', async () => {
  for (const count of [1, 2]) {
    await project.write('routes/a.ts', '');
    const { message } = await app.nextError(/exports no route/);
    expect(message, String(count)).toContain('routes/a.ts');
  }
  await project.write('routes/a.ts', route('1'));
  await app.until('/a', 1);
});

test('a broken module that several routes import is one error, and no other module waits for it', async () => {
  app.take();
  await project.replace('lib/helper.ts', `export const helper = = 3;`);
  const { message } = await app.nextError(/./);
  expect(message).toMatch(
    /^Route files routes\/one\.ts and routes\/two\.ts did not load: lib\/helper\.ts:1:23: /,
  );
  await project.replace('lib/own.ts', `export const own = 2;`);
  await app.until('/three', 2);
  expect(app.take().filter(({ event }) => event === 'error')).toEqual([]);
  expect([await app.get('/one'), await app.get('/two')]).toEqual([2, 2]);
  await project.replace('lib/helper.ts', `export const helper = 3;`);
  await app.until('/one', 3);
  await app.until('/two', 3);
});

test('of two files for one path the one that was there stays, and everything else is reloaded', async () => {
  await project.write('routes/(group)/b.ts', route(`'usurper'`));
  await app.nextError(/Two routes for GET \/b: one in routes\/\(group\)\/b\.ts, one in routes\/b\.ts/);
  await project.write('routes/a.ts', route(`'a beside a conflict'`));
  await app.until('/a', 'a beside a conflict');
  await project.write('routes/b.ts', route(`'b beside a conflict'`));
  await app.until('/b', 'b beside a conflict');
  // Once the path is free, the other one has it.
  await rm(project.path('routes/b.ts'));
  await app.until('/b', 'usurper');
  await rename(project.path('routes/(group)/b.ts'), project.path('routes/b.ts'));
  await project.write('routes/b.ts', route(`'b'`));
  await app.until('/b', 'b');
});

test('two files may exchange what they serve', async () => {
  const of = (method: string): string => `export const ${method} = () => '${method}';`;
  await project.write('routes/pair.ts', of('GET'));
  await project.write('routes/(group)/pair.ts', of('POST'));
  await app.until('/pair', 'GET');
  app.take();
  await project.write('routes/pair.ts', of('POST'));
  await project.write('routes/(group)/pair.ts', `export const GET = () => 'the other';`);
  await app.until('/pair', 'the other');
});
