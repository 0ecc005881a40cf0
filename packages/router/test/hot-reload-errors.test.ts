import { rm } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { type App, Project, route } from './project.ts';

const HELPER = `import { helper } from '../lib/helper.ts';`;

// A process takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: Project;
let app: App;
let version = 0;

/** Waits until nothing is wrong, and all that was changed so far is live. */
async function settle(): Promise<void> {
  await project.write('routes/settled.ts', route(String(++version)));
  await app.until('/settled', version);
  app.take();
}

beforeAll(async () => {
  project = await Project.create({
    'lib/helper.ts': `export const helper = 'good';`,
    'routes/index.ts': route('helper', HELPER),
    'routes/other.ts': route('helper + " of other"', HELPER),
    'routes/db.ts': route('db.id', `import { db } from '../lib/db.ts';`),
    'first/broken.ts': `export const GET = () => 1;\nexport const x = = 1;`,
  });
  app = await project.start();
});

afterAll(() => project.remove());

test('what is broken at the start is an error of the start, after whose repair another one works', async () => {
  await expect(app.call('add', 'first')).rejects.toThrow(
    /^Route file first\/broken\.ts did not load: first\/broken\.ts:2:18: /,
  );
  await rm(project.path('first/broken.ts'));
  await app.call('add', 'routes');
  expect(await app.get('/')).toBe('good');
});

// What is wrong, in which file, what is said, and of which file of routes.
const ROUTE_ERRORS: [string, string, string, RegExp][] = [
  [
    'TypeScript syntax',
    'routes/bad.ts',
    `export const GET = () => 1;\nconst x: = 1;`,
    /^Route file routes\/bad\.ts did not load: routes\/bad\.ts:2:10: (?:Une|E)xpected/,
  ],
  [
    'an import of nothing',
    'routes/bad.ts',
    `\nimport { x } from './nothing.ts';\nexport const GET = () => x;`,
    /^Route file routes\/bad\.ts did not load: routes\/bad\.ts:2: Cannot find module 'routes\/nothing\.ts'/,
  ],
  [
    'an import of a package that is not there',
    'routes/bad.ts',
    `import x from 'nothing';\nexport const GET = () => x;`,
    /routes\/bad\.ts:1: Cannot find package 'nothing'/,
  ],
  ['an error on the way', 'routes/bad.ts', `\n\nthrow new Error('boom');`, /routes\/bad\.ts:3:\d+: boom$/],
  [
    'something thrown that is no error',
    'routes/bad.ts',
    `throw 'a word';`,
    /^Route file routes\/bad\.ts did not load: a word$/,
  ],
  [
    'an import of a name that is not exported',
    'routes/bad.ts',
    `import { nope } from '../lib/helper.ts';\nexport const GET = () => nope;`,
    /routes\/bad\.ts:1(?::\d+)?: .*'nope'/,
  ],
  [
    'no route',
    'routes/bad.ts',
    `export const nothing = 1;`,
    /^Route file routes\/bad\.ts: it exports no route/,
  ],
  ['a parameter with a bad name', 'routes/[a-b].ts', route('1'), /\[a-b\]\.ts: "a-b" can't name a parameter/],
  [
    'a conflict',
    'routes/(group)/other.ts',
    route('1'),
    /Two routes for GET \/other: one in routes\/\(group\)\/other\.ts, one in routes\/other\.ts/,
  ],
];

test.each(ROUTE_ERRORS)(
  '%s keeps what was there, is told, and can be mended',
  async (_, file, content, message) => {
    await settle();
    await project.write(file, content);
    const error = await app.nextError(message);
    expect(error.message).not.toContain('blaize=');
    if (error.file !== undefined) expect(error.file).toBe(project.path(file));
    expect(await app.get('/')).toBe('good');
    expect(await app.get('/bad')).toBe('no route');

    if (file === 'routes/bad.ts') {
      await project.write(file, route(`'mended ${++version}'`));
      await app.until('/bad', `mended ${version}`);
    }
    await rm(project.path(file));
    // A reload that had looked for files before may be live first.
    await app.until('/bad', 'no route');
    await settle();
  },
);

const HELPER_ERRORS: [string, string, RegExp][] = [
  [
    'TypeScript syntax',
    `\n\nexport const helper: = 1;`,
    /^Route files routes\/index\.ts and routes\/other\.ts did not load: lib\/helper\.ts:3:22: /,
  ],
  [
    'an error on the way',
    `\nthrow new Error('boom');\nexport const helper = 1;`,
    /lib\/helper\.ts:2:\d+: boom$/,
  ],
  ['a missing export', `export const other = 1;`, /routes\/(?:index|other)\.ts:1(?::\d+)?: .*helper/],
  [
    'an import of nothing',
    `import './late.ts';\nexport const helper = 1;`,
    /lib\/helper\.ts:1: Cannot find module 'lib\/late\.ts'/,
  ],
];

test.each(HELPER_ERRORS)('a helper with %s is mended by itself', async (_, content, message) => {
  await settle();
  await project.write('lib/helper.ts', content);
  await app.nextError(message);
  expect(await app.get('/')).toBe('good');
  await project.write('lib/helper.ts', `export const helper = 'good';`);
  await app.next('reload');
  expect(await app.get('/')).toBe('good');
});

test.each(['late.ts', 'not/there/yet.ts'])(
  'a helper that comes later, %s, mends what imports it',
  async (file) => {
    await settle();
    await project.write('lib/helper.ts', `export { late as helper } from './${file}';`);
    await app.nextError(/Cannot find module/);
    await project.write(`lib/${file}`, `export const late = 'late ${file}';`);
    await app.until('/', `late ${file}`);
    await project.write(`lib/${file}`, `export const late = 'later';`);
    await app.until('/', 'later');
  },
);

test('what failed for another reason than its file is tried again with the next change', async () => {
  const id = await app.get('/db');
  await settle();
  await project.write(
    'routes/flaky.ts',
    `import { existsSync } from 'node:fs';\nimport '../lib/db.ts';\n` +
      `if (!existsSync('up')) throw new Error('down');\nexport const GET = () => 'up';`,
  );
  await app.nextError(/down/);
  await project.write('up', '');
  await project.write('routes/unrelated.ts', route('1'));
  await app.until('/flaky', 'up');
  expect(await app.get('/db')).toBe(id);
  expect(await app.call('db')).toBe(id);
});

test('what the app itself imports and keeps is said, once', async () => {
  await settle();
  await project.write('lib/db.ts', `export const db = { id: 'new' };`);
  await app.until('/db', 'new');
  await project.write('lib/db.ts', `export const db = { id: 'newer' };`);
  await app.until('/db', 'newer');
  expect(app.take().filter(({ event }) => event === 'warning')).toMatchObject([
    { message: expect.stringMatching(/^lib\/db\.ts changed, and not only routes import it/) },
  ]);
  expect(await app.call('db')).not.toBe('newer');
});

test('a change of the app alone is no reload, but is said', async () => {
  await settle();
  await project.write('app.ts', '// changed');
  expect((await app.next('warning')).message).toContain('app.ts changed');
  expect(app.take()).toEqual([]);
});

test('what the app alone imports is not said to be reloaded with a route', async () => {
  await settle();
  await project.write('app.ts', '// changed again');
  await project.write('routes/settled.ts', route(String(++version)));
  await app.until('/settled', version);
  expect(await app.nextLine()).toBe('reloaded routes/settled.ts, n ms');
});
