import { symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { expect, test } from 'vitest';

import { freePort } from '../../../tooling/free-port.mjs';
import { bundleForNode } from '../../../tooling/test/bundle-for-node.ts';
import { type Child, startChild } from '../../../tooling/test/child.ts';
import { App } from './app.ts';
import { bundled } from './bundled.ts';
import { run } from './run.ts';

const PACKAGES = path.resolve(import.meta.dirname, '../..');
const ESBUILD = path.dirname(createRequire(import.meta.url).resolve('esbuild/package.json'));

const answer = (version: number): string =>
  `export const answer = () => ({ version: ${version}, word: process.env.WORD, cluster: process.env.BLAIZE_CLUSTER, pid: process.pid });\n`;

const files = (port: number): Record<string, string> => ({
  '.env': 'WORD=one\n',
  'src/answer.ts': answer(1),
  'src/server.ts': `
import { createServer } from 'blaizejs';
import { answer } from './answer.ts';

const server = createServer({
  port: ${port},
  host: 'localhost',
  routesDir: false,
  http2: { enabled: false },
  drainDelay: 0,
});
server.router.addRoute('GET', '/', { handler: answer });
await server.listen();
`,
});

/** Bundles the command as it is published, since a worker of node:cluster hangs if it loads TypeScript through tsx. */
async function install(app: App): Promise<string> {
  await bundled(path.join(PACKAGES, 'blaizejs/src/index.ts'), app.file('node_modules/blaizejs/index.mjs'));
  await app.write({
    'node_modules/blaizejs/package.json': '{ "name": "blaizejs", "exports": "./index.mjs" }',
    // The command reads its version.
    'node_modules/@blaizejs/cli/package.json': '{ "name": "@blaizejs/cli", "version": "0.0.0" }',
  });
  await symlink(ESBUILD, app.file('node_modules/esbuild'), 'dir');
  const bin = path.join(PACKAGES, 'cli/src/bin.ts');
  await bundleForNode(
    { bin, 'worker-main': path.join(PACKAGES, 'cluster/src/worker-main.ts') },
    app.file('node_modules/@blaizejs/cli/dist'),
    { external: ['esbuild'] },
  );
  return app.file('node_modules/@blaizejs/cli/dist/bin.mjs');
}

/** Runs the bundled command without vitest's environment. Killed at the end of the test; its workers then end too. */
function spawned(bin: string, cwd: string, ...args: string[]): Child {
  return startChild(process.execPath, [bin, ...args], { cwd, env: { PATH: process.env.PATH } });
}

test(
  'blaize start --workers serves, blaize reload replaces code and .env, and SIGTERM ends all processes',
  { timeout: 120_000 },
  async () => {
    const port = await freePort('localhost');
    const app = await App.make(files(port), []);
    const bin = await install(app);
    const get = async (): Promise<{ version: number; word: string; cluster: string; pid: number }> =>
      (await fetch(`http://localhost:${port}/`, { headers: { connection: 'close' } })).json() as never;

    expect((await run(app.path, 'build')).code).toBe(0);
    const primary = spawned(bin, app.path, 'start', '--workers', '2');
    await primary.says('Cluster started: 2 workers');
    const before = await get();
    expect(before).toMatchObject({ version: 1, word: 'one', cluster: '1' });
    expect(before.pid).not.toBe(primary.process.pid);

    await app.write({ 'src/answer.ts': answer(2), '.env': 'WORD=two\n' });
    expect((await run(app.path, 'build')).code).toBe(0);
    const reload = spawned(bin, app.path, 'reload');
    expect(await reload.ended).toBe(0);
    expect(reload.output).toBe('Reloaded: all workers run the new code.\n');
    const pids = new Set<number>();
    for (let time = 0; time < 6; time++) {
      const { version, word, pid } = await get();
      expect([version, word]).toEqual([2, 'two']);
      pids.add(pid);
    }
    expect(pids).not.toContain(before.pid);
    expect(() => process.kill(before.pid, 0)).toThrow('ESRCH');

    primary.process.kill('SIGTERM');
    expect(await primary.ended).toBe(0);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    const late = spawned(bin, app.path, 'reload');
    expect(await late.ended).toBe(1);
    expect(late.output).toContain('No cluster runs here');
  },
);
