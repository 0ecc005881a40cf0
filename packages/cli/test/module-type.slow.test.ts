import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { App } from './app.ts';
import { bundled, runPlainNode } from './bundled.ts';

const BIN = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const SERVER = `
import { createServer } from 'blaizejs';
const server = createServer({ port: 0, http2: { enabled: false }, logger: false, routesDir: 'src/routes' });
await server.listen();
console.log(await (await fetch(server.url)).text(), await (await fetch(server.url + '/b')).text());
await server.close();
`;
const ROUTES = {
  'src/routes/index.ts':
    'import { name } from "../name.ts";\nexport const GET = { handler: (): string => name };',
  'src/routes/b.ts':
    'import { name } from "../name.ts";\nexport const GET = { handler: (): string => name + "!" };',
  'src/name.ts': 'export const name: string = "Ada";',
};
// Bundling everything takes a while on a busy machine.
const SLOW = { timeout: 60_000 };
const native = Boolean((process.features as { typescript?: unknown }).typescript);

// Bundled, since plain Node 20 cannot run the framework from source.
test('TypeScript routes load without "type": "module" under plain Node', SLOW, async () => {
  const app = await App.make({ ...ROUTES, 'package.json': '{}', 'server.ts': SERVER }, ['blaizejs', 'tsx']);
  await bundled(app.file('server.ts'), app.file('server.mjs'));
  for (const mode of ['production', 'development']) {
    expect((await runPlainNode(['server.mjs'], app.path, { NODE_ENV: mode })).stdout).toBe('Ada Ada!\n');
  }
});

test('blaize routes loads them too', SLOW, async () => {
  const app = await blaizeIn('{ "version": "1.0.0" }');
  const { stdout } = await runPlainNode(['bin/blaize.mjs', 'routes'], app.path);
  expect(stdout).toMatch(/^GET +\/b +src\/routes\/b\.ts/m);
});

test.runIf(native)(
  'the error for "type": "commonjs" with import and export says what to change',
  SLOW,
  async () => {
    const app = await blaizeIn('{ "version": "1.0.0", "type": "commonjs" }');
    await expect(runPlainNode(['bin/blaize.mjs', 'routes'], app.path)).rejects.toThrow(
      /Node treats the file as CommonJS: add "type": "module" to package\.json, or rename the file to b\.mts\./,
    );
  },
);

/** The command reads its version from the package.json above it, which is the app's here. */
async function blaizeIn(manifest: string): Promise<App> {
  const app = await App.make({ ...ROUTES, 'package.json': manifest }, ['blaizejs', 'tsx']);
  await bundled(BIN, app.file('bin/blaize.mjs'), ['esbuild']);
  return app;
}
