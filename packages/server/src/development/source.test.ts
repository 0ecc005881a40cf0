import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findProject } from './project.ts';
import { readExcerpt } from './source.ts';

let folder: string;
let project: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'blaize-source-')));
  project = path.join(folder, 'app');
  await mkdir(path.join(project, 'src', 'deep'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const write = async (name: string, text: string): Promise<string> => {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
};
const read = (file: string, line = 1, column = 1, around = 1) =>
  readExcerpt({ call: '', file, line, column, own: true }, project, around);

describe('the lines around a place', () => {
  test('are those before and after it, as far as they exist', async () => {
    const file = await write('app/src/a.ts', 'one\r\ntwo\r\nthree\r\nfour\r\n');
    expect(read(file, 2, 2)?.lines).toEqual([
      { number: 1, text: 'one', at: undefined },
      { number: 2, text: 'two', at: 1 },
      { number: 3, text: 'three', at: undefined },
    ]);
    expect(read(file, 4)?.lines.map(({ text }) => text)).toEqual(['three', 'four']);
    expect(read(file, 1)?.lines.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  test('are cut around the place if they are long', async () => {
    const file = await write(
      'app/src/long.js',
      `${'a'.repeat(5_000)}X${'b'.repeat(5_000)}\n${'c'.repeat(5_000)}`,
    );
    const [first, second] = read(file, 1, 5_001)!.lines;
    expect(first!.text.length).toBeLessThan(200);
    expect(first!.text[first!.at!]).toBe('X');
    expect(second!.text).toBe(`${'c'.repeat(160)}…`);
  });

  test('have the mark at the end for a column after the end of the line', async () => {
    const file = await write('app/src/short.js', 'ab');
    expect(read(file, 1, 99)?.lines).toEqual([{ number: 1, text: 'ab', at: 2 }]);
  });
});

describe('nothing is shown of', () => {
  test('a line that does not exist', async () => {
    const file = await write('app/src/b.ts', 'one\n');
    expect([read(file, 2), read(file, 0)]).toEqual([undefined, undefined]);
  });

  test('a file that cannot be read, is a folder, or is too large', async () => {
    await mkdir(path.join(project, 'folder.ts'));
    const huge = await write('app/huge.js', 'x\n'.repeat(600_000));
    for (const file of [path.join(project, 'missing.ts'), path.join(project, 'folder.ts'), huge]) {
      expect(read(file)).toBeUndefined();
    }
  });

  test.skipIf(process.platform === 'win32')('a pipe, without waiting for it', () => {
    const pipe = path.join(project, 'pipe.ts');
    execFileSync('mkfifo', [pipe]);
    expect(read(pipe)).toBeUndefined();
  });

  test('a file that is not source code, is in a package, or is outside of the project', async () => {
    await mkdir(path.join(project, 'node_modules'));
    const outside = await write('outside.ts', 'secret');
    const linked = path.join(project, 'linked.ts');
    await symlink(outside, linked);
    const others = [
      await write('app/.env', 'SECRET=1'),
      await write('app/key.pem', 'secret'),
      await write('app/node_modules/x.js', 'x'),
      path.join(project, '..', 'outside.ts'),
      outside,
      linked,
    ];
    for (const file of others) expect(read(file)).toBeUndefined();
  });
});

describe('the project', () => {
  test('is the repository, otherwise the package, otherwise the working directory', async () => {
    const deep = path.join(project, 'src', 'deep');
    expect(findProject(deep)).toBe(deep);
    await write('app/package.json', '{}');
    await write('app/src/package.json', '{}');
    expect(findProject(deep)).toBe(path.join(project, 'src'));
    await mkdir(path.join(project, '.git'));
    expect(findProject(deep)).toBe(project);
  });

  test('is never the root of the file system', () => {
    expect(findProject(path.parse(process.cwd()).root)).toBeUndefined();
  });
});
