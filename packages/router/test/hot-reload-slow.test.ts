import { type TestContext, test, vi } from 'vitest';

import { Project, route } from './project.ts';

const HANGS = `await new Promise(() => {});\n`;

// Each starts a process, which takes its time on a busy machine. Most of the time is spent waiting, so all run at once.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

async function create({ onTestFinished }: TestContext, files: Record<string, string>): Promise<Project> {
  const project = await Project.create(files);
  onTestFinished(() => project.remove());
  return project;
}

test.concurrent(
  'a module that never loads does not keep others from being reloaded, is named, and can be mended',
  async (context) => {
    const { expect } = context;
    const project = await create(context, {
      'lib/helper.ts': `export const helper = 1;`,
      'routes/a.ts': route('helper', `import { helper } from '../lib/helper.ts';`),
      'routes/b.ts': route(`'b1'`),
    });
    const app = await project.start();
    await app.call('add', 'routes');
    await project.replace('lib/helper.ts', `${HANGS}export const helper = 2;`);
    await project.replace('routes/b.ts', route(`'b2'`));
    await app.until('/b', 'b2');
    const { message } = await app.next('notice');
    expect(message).toMatch(/^routes\/a\.ts is still loading after 2 s\. .* It may be in lib\/helper\.ts\.$/);
    expect((await app.next('broken')).problems).toEqual([message]);
    expect(await app.get('/a')).toBe(1);
    await project.replace('routes/b.ts', route(`'b3'`));
    await app.until('/b', 'b3');

    app.take();
    await project.replace('lib/helper.ts', `export const helper = 3;`);
    await app.until('/a', 3);
    expect((await app.next('broken')).problems).toEqual([]);
    expect(await app.nextLine()).toBe('reloaded lib/helper.ts, 1 importer, n ms');
  },
);

test.concurrent('modules that await an import() of each other can be mended', async (context) => {
  const { expect } = context;
  const project = await create(context, {
    'routes/a.ts': route('1'),
    'routes/_b.ts': `await import('./a.ts');\nexport const b = 1;`,
  });
  const app = await project.start();
  await app.call('add', 'routes');
  await project.write('routes/a.ts', `const { b } = await import('./_b.ts');\nexport const GET = () => b;`);
  expect((await app.next('notice')).message).toMatch(
    /await an import\(\) of each other\. It may be in routes\/_b\.ts/,
  );
  expect(await app.get('/a')).toBe(1);
  await project.write('routes/_b.ts', `export const b = 2;`);
  await app.until('/a', 2);
});

test.concurrent('what loads slowly is live when it has loaded', async (context) => {
  const { expect } = context;
  const project = await create(context, { 'routes/a.ts': route('1'), 'routes/b.ts': route('1') });
  const app = await project.start();
  await app.call('add', 'routes');
  await project.replace(
    'routes/a.ts',
    `process.send({ event: 'evaluating' });\nawait new Promise((go) => process.once('release', go));\n${route('2')}`,
  );
  await app.next('evaluating');
  await project.replace('routes/b.ts', route('2'));
  await app.until('/b', 2);
  expect(await app.get('/a')).toBe(1);
  await app.next('notice');
  await app.call('release');
  await app.until('/a', 2);
  expect((await app.next('broken')).problems).toHaveLength(1);
  expect((await app.next('broken')).problems).toEqual([]);
});

test.concurrent(
  'a start that waits for a module is told of, and goes on with a newer one',
  async (context) => {
    const { expect } = context;
    const project = await create(context, {
      'routes/a.ts': route('helper', `import { helper } from '../lib/helper.ts';`),
      'lib/helper.ts': `${HANGS}export const helper = 1;`,
    });
    const app = await project.start();
    const added = app.call('add', 'routes');
    expect((await app.next('notice')).message).toMatch(
      /^routes\/a\.ts is still loading after 2 s\. The start waits/,
    );
    await project.write('lib/helper.ts', `export const helper = 2;`);
    await added;
    expect(await app.get('/a')).toBe(2);
    await project.write('lib/helper.ts', `export const helper = 3;`);
    await app.until('/a', 3);
  },
);

test.concurrent('a start that waits for one module fails for another', async (context) => {
  const { expect } = context;
  const project = await create(context, { 'routes/a.ts': HANGS, 'routes/b.ts': `throw new Error('boom');` });
  const app = await project.start({ args: ['no-watch'] });
  await expect(app.call('add', 'routes')).rejects.toThrow(/routes\/b\.ts:1:\d+: boom/);
});
