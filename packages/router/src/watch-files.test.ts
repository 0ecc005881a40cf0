import { mkdir, mkdtemp, realpath, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { FileWatcher } from './watch-files.ts';

let directory: string;
let watcher: FileWatcher;
let batches: string[][];
let woken: () => void;
let work: () => Promise<void>;

beforeEach(async () => {
  directory = await realpath(await mkdtemp(path.join(tmpdir(), 'blaize-watch-')));
  for (const folder of ['routes', 'lib']) await mkdir(at(folder));
  for (const file of ['routes/a.ts', 'lib/helper.ts', 'lib/other.ts']) await write(file, true);
  for (const folder of ['routes', 'lib', '.']) await utimes(at(folder), 1, 1);
  batches = [];
  woken = () => {};
  work = async () => {};
  watcher = new FileWatcher({
    onChange: async (files) => {
      batches.push(files.map((file) => path.relative(directory, file)));
      woken();
      await work();
    },
    onError: (error) => {
      throw error;
    },
  });
});

afterEach(async () => {
  await watcher.close();
  await rm(directory, { recursive: true });
});

const at = (file: string): string => path.join(directory, file);

async function write(file: string, isOld = false): Promise<void> {
  await writeFile(at(file), String(Math.random()));
  if (isOld) await utimes(at(file), 1, 1);
}

/** Waits until a path has been reported. */
async function seen(file: string): Promise<void> {
  while (!batches.flat().includes(file)) await new Promise<void>((resolve) => (woken = resolve));
}

test('existing files are not reported at the start, but later changes are', async () => {
  const since = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 15));
  await write('lib/helper.ts');
  await watcher.add([at('routes')], [at('lib/helper.ts'), at('lib/other.ts')], since);
  await seen('lib/helper.ts');
  expect(batches.flat()).not.toContain('lib/other.ts');
  expect(batches.flat()).not.toContain('routes/a.ts');
});

test('in other folders, only the requested files are reported', async () => {
  await watcher.add([at('routes')], [at('lib/helper.ts')], Date.now());
  await write('lib/other.ts');
  await write('unrelated.ts');
  await write('lib/helper.ts');
  await seen('lib/helper.ts');
  expect(batches.flat()).not.toContain('lib/other.ts');
  expect(batches.flat()).not.toContain('unrelated.ts');
});

test('packages, Git and files that are not routes are ignored in a folder of routes', async () => {
  await watcher.add([at('routes')], [], Date.now());
  for (const folder of ['node_modules/x', '.git']) await mkdir(at(`routes/${folder}`), { recursive: true });
  for (const file of ['node_modules/x/b.ts', '.git/b.ts', 'b.ts~', '.b.ts.swp', 'b.test.ts', 'b.ts'])
    await write(`routes/${file}`);
  await seen('routes/b.ts');
  expect(batches.flat()).toEqual(['routes/b.ts']);
});

test('a missing file is reported when it is created, even in a new folder or with another extension', async () => {
  await watcher.add([at('routes')], [at('lib/late.js'), at('new/er/late.ts')], Date.now());
  await write('lib/late.ts');
  await seen('lib/late.ts');
  await mkdir(at('new/er'), { recursive: true });
  await write('new/er/late.ts');
  await seen('new/er/late.ts');
});

test('a folder may be deleted and come back', async () => {
  await watcher.add([at('routes')], [at('lib/helper.ts')], Date.now());
  for (const [folder, file] of [
    ['routes', 'routes/a.ts'],
    ['lib', 'lib/helper.ts'],
  ] as const) {
    await rm(at(folder), { recursive: true });
    await seen(file);
    batches = [];
    await mkdir(at(folder));
    await watcher.add([], [at(file)], Date.now());
    await write(file);
    await seen(file);
    batches = [];
    await write(file);
    await seen(file);
  }
});

// chokidar does not report a second deletion within 100 ms.
test.each([0, 20, 40, 60, 80, 100, 120])(
  'a folder that comes back, and is recreated %i ms later, is still watched',
  async (pause) => {
    await mkdir(at('routes/deep'));
    await watcher.add([at('routes')], [at('routes/a.ts')], Date.now());
    await rename(at('routes'), at('elsewhere'));
    await seen('routes');
    await rename(at('elsewhere'), at('routes'));
    await new Promise((resolve) => setTimeout(resolve, pause));
    await rm(at('routes'), { recursive: true });
    await mkdir(at('routes/deep'), { recursive: true });
    await write('routes/b.ts');
    await seen('routes/b.ts');
    await write('routes/deep/c.ts');
    await seen('routes/deep/c.ts');
  },
);

test('a renamed file is reported under both names', async () => {
  await watcher.add([at('routes')], [], Date.now());
  await rename(at('routes/a.ts'), at('routes/b.ts'));
  await seen('routes/a.ts');
  await seen('routes/b.ts');
});

test('changes during a call are reported together in the next one', async () => {
  await watcher.add([at('routes')], [], Date.now());
  let running = 0;
  let release = (): void => {};
  work = async () => {
    expect(++running).toBe(1);
    await new Promise<void>((resolve) => (release = resolve));
    running--;
  };
  await write('routes/a.ts');
  await seen('routes/a.ts');
  for (const name of ['b', 'c', 'd']) await write(`routes/${name}.ts`);
  // Longer than it takes to report any change.
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(batches).toHaveLength(1);
  work = async () => {};
  release();
  await seen('routes/d.ts');
  expect(batches).toHaveLength(2);
});

test('nothing is reported after close()', async () => {
  await watcher.add([at('routes')], [], Date.now());
  await write('routes/a.ts');
  await watcher.close();
  await watcher.add([at('lib')], [], Date.now());
  await write('lib/helper.ts');
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(batches).toEqual([]);
});
