import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { onTestFinished } from 'vitest';

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
export class App {
  readonly path: string;

  private constructor(directory: string) {
    this.path = directory;
  }

  /**
   * @param files contents by path; by default, there is a `package.json` with `"type": "module"`
   * @param installed any of blaizejs, @blaizejs/openapi, tsx, vitest and zod
   */
  static async make(
    files: Readonly<Record<string, string>>,
    installed: readonly string[] = ['blaizejs', 'tsx', 'zod'],
  ): Promise<App> {
    const directory = await mkdtemp(path.join(await realpath(tmpdir()), 'blaize-cli-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const app = new App(directory);
    const dependencies = Object.fromEntries(installed.map((name) => [name, '*']));
    await app.write({ 'package.json': JSON.stringify({ type: 'module', dependencies }), ...files });
    await mkdir(app.file('node_modules/@blaizejs'), { recursive: true });
    for (const name of installed) await symlink(INSTALLED[name]!, app.file('node_modules', name), 'dir');
    return app;
  }

  file(...parts: string[]): string {
    return path.join(this.path, ...parts);
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(this.file(name)), { recursive: true });
      await writeFile(this.file(name), text);
    }
  }
}

/** A route file that answers GET with an expression. */
export function answering(expression: string, imports = ''): string {
  return `${imports}\nexport const GET = { handler: () => (${expression}) };\n`;
}
