import { describe, expect, test } from 'vitest';

import { Folder } from './folder.ts';
import { CTRL_C, DOWN, ENTER, InTerminal } from './run.ts';

describe.runIf(process.platform === 'linux')('in a terminal', () => {
  test('it asks for missing answers', async () => {
    const folder = await Folder.make();
    const PATH = await folder.programs({ npm: 'exit 0' });
    const bin = new InTerminal(folder.path, [], { PATH });
    await bin.answers(/In which folder\?/, `My Shop${ENTER}`);
    await bin.answers(/What should the package be called\?/, ENTER);
    await bin.answers(/Which template\?/, `${DOWN}${ENTER}`);
    await bin.answers(/Install packages\?/, ENTER);
    await bin.answers(/Create a git repository\?/, ENTER);
    expect(await bin.ended).toBe(0);
    expect(bin.out).toMatch(/Created My Shop from the template api\. Next:\s+cd "My Shop"\s+npm run dev/);
    expect(JSON.parse(await folder.read('My Shop/package.json'))).toMatchObject({ name: 'my-shop' });
    expect(await folder.names('My Shop')).toEqual(expect.arrayContaining(['.git', 'Dockerfile']));
  });

  test('an invalid answer is asked for again', async () => {
    const folder = await Folder.make({ 'taken/file': '' });
    const bin = new InTerminal(folder.path, ['--template', 'minimal', '--no-install', '--no-git']);
    await bin.answers(/In which folder\?/, `taken${ENTER}`);
    await bin.answers(/is not empty: file/, `${'\u007f'.repeat('taken'.length)}free${ENTER}`);
    expect(await bin.ended).toBe(0);
    expect(await folder.names('free')).toContain('package.json');
  });

  test('it asks nothing with --yes', async () => {
    const folder = await Folder.make();
    const bin = new InTerminal(folder.path, ['app', '--yes', '--no-install', '--no-git']);
    expect(await bin.ended).toBe(0);
    expect(bin.out).not.toContain('?');
  });

  test('it asks nothing if CI is set', async () => {
    const folder = await Folder.make();
    const bin = new InTerminal(folder.path, ['app'], { CI: 'true' });
    expect(await bin.ended).toBe(2);
    expect(bin.out).toContain('Give --template minimal|api');
  });

  test('Ctrl+C at a question creates nothing', async () => {
    const folder = await Folder.make();
    const bin = new InTerminal(folder.path, ['app']);
    await bin.answers(/Which template\?/, CTRL_C);
    expect(await bin.ended).toBe(1);
    expect(bin.out).toContain('Cancelled. Nothing was created.');
    expect(await folder.names()).toEqual([]);
  });

  test('Ctrl+C during the installation waits for its end, and the message says what exists', async () => {
    const folder = await Folder.make();
    const PATH = await folder.programs({
      npm: "trap 'kill $!; echo cleaned up; exit 1' INT; sleep 60 & echo fetching; wait",
    });
    const bin = new InTerminal(folder.path, ['app', '--yes', '--no-git'], { PATH });
    await bin.answers(/fetching/, CTRL_C);
    expect(await bin.ended).toBe(1);
    expect(bin.out).toMatch(/cleaned up[^]*npm install was stopped \(SIGINT\)\. The files of the app are in/);
    expect(bin.out).toMatch(/Continue with\s+cd app\s+npm install/);
    expect(await folder.names('app')).toContain('package.json');
  });
});
