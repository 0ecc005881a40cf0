import { mkdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { Folder, temporaryFolder } from '../../../tooling/test/folder.ts';

const require = createRequire(import.meta.url);
const PACKAGES = path.resolve(import.meta.dirname, '../..');
const INSTALLED: Readonly<Record<string, string>> = {
  blaizejs: path.join(PACKAGES, 'blaizejs'),
  '@blaizejs/openapi': path.join(PACKAGES, 'openapi'),
  tsx: path.dirname(require.resolve('tsx/package.json')),
  zod: path.dirname(require.resolve('zod/package.json')),
  vitest: path.dirname(require.resolve('vitest/package.json')),
};

/** An app in a temporary folder with linked packages. Removed at the end of the test. */
export class App extends Folder {
  /**
   * @param files contents by path; by default, there is a `package.json` with `"type": "module"`
   * @param installed any of blaizejs, @blaizejs/openapi, tsx, vitest and zod
   */
  static async make(
    files: Readonly<Record<string, string>>,
    installed: readonly string[] = ['blaizejs', 'tsx', 'zod'],
  ): Promise<App> {
    const app = new App(await temporaryFolder());
    const dependencies = Object.fromEntries(installed.map((name) => [name, '*']));
    await app.write({ 'package.json': JSON.stringify({ type: 'module', dependencies }), ...files });
    await mkdir(app.file('node_modules/@blaizejs'), { recursive: true });
    for (const name of installed) await symlink(INSTALLED[name]!, app.file('node_modules', name), 'dir');
    return app;
  }
}

/** A route file that answers GET with an expression. */
export function answering(expression: string, imports = ''): string {
  return `${imports}\nexport const GET = { handler: () => (${expression}) };\n`;
}
