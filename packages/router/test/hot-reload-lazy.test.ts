import { rename } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { type App, Project } from './project.ts';

/** A route that imports when it is asked. */
const lazy = (file: string, rest = ''): string =>
  `export const GET = async () => (await import('${file}'${rest})).default;`;

// Each starts a process, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: Project;
let app: App;

beforeAll(async () => {
  project = await Project.create({
    'data.json': '1',
    'lib/lazy.ts': 'export default 1;',
    'lib/helper.ts': `export const helper = async () => (await import('./below.ts')).default;`,
    'lib/below.ts': `export { default } from './bottom.ts';`,
    'lib/bottom.ts': 'export default 1;',
    'lib/named.ts': 'export default 1;',
    'lib/legacy.cjs': 'module.exports = 1;',
    'routes/_files/own.ts': 'export default 1;',
    'routes/lazy.ts': lazy('../lib/lazy.ts'),
    'routes/below.ts': `import { helper } from '../lib/helper.ts';\nexport const GET = () => helper();`,
    'routes/json.ts': lazy('../data.json', `, { with: { type: 'json' } }`),
    'routes/own.ts': lazy('./_files/own.ts'),
    'routes/named.ts': `const name = 'named';\nexport const GET = async () => (await import(\`../lib/\${name}.ts\`)).default;`,
    'routes/legacy.ts': lazy('../lib/legacy.cjs'),
    'routes/late.ts': `export const GET = () => import('../lib/late.ts').then((late) => late.default, () => 'not yet');`,
    'routes/broken.ts': lazy('../lib/old.ts'),
    'lib/old.ts': 'export default 1;',
  });
  app = await project.start();
  await app.call('add', 'routes');
});

afterAll(() => project.remove());

test.each([
  ['a module', '/lazy', 'lib/lazy.ts'],
  ['one below a helper', '/below', 'lib/bottom.ts'],
  ['one below a folder that holds no routes', '/own', 'routes/_files/own.ts'],
  ['one whose name is made up', '/named', 'lib/named.ts'],
  ['JSON', '/json', 'data.json'],
  ['CommonJS', '/legacy', 'lib/legacy.cjs'],
])('%s that a handler imports is live, time after time', async (_, target, file) => {
  const content = (n: number): string =>
    file.endsWith('json')
      ? String(n)
      : file.endsWith('cjs')
        ? `module.exports = ${n};`
        : `export default ${n};`;
  expect(await app.get(target)).toBe(1);
  await project.write(file, content(2));
  await app.until(target, 2);
  // An editor that swaps files.
  await project.write(`${file}.tmp`, content(3));
  await rename(project.path(`${file}.tmp`), project.path(file));
  await app.until(target, 3);
});

test('a module that was not there when a handler asked for it is live when it comes', async () => {
  expect(await app.get('/late')).toBe('not yet');
  await project.write('lib/late.ts', `export default 'late';`);
  await app.until('/late', 'late');
});

test('a module that only the last good version of a broken route imports is live', async () => {
  await project.write('routes/broken.ts', `import '../lib/helper.ts';\nexport const x = = 1;`);
  await app.nextError(/broken\.ts:2/);
  expect(await app.get('/broken')).toBe(1);
  await project.write('lib/old.ts', 'export default 2;');
  await app.until('/broken', 2);
});
