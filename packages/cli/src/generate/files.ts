import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { CliError } from '../cli-error.ts';
import { dependsOn, readManifest, shown, tryEntry } from '../project.ts';
import { isTypeScript } from '../typescript.ts';

/** The conventions of an app that a generated file follows. */
export interface Style {
  /** Whether the app uses TypeScript. */
  readonly typescript: boolean;
  /** The extension of its files, with the dot. */
  readonly extension: string;
  /** The absolute path of the app's code: `src`, or the folder itself. */
  readonly source: string;
  /** The name under which the app imports a part of the framework: `router` is in `blaizejs` or `@blaizejs/router`. */
  readonly from: (part: 'router' | 'middleware' | 'plugins' | 'testing') => string;
  /** The absolute path of `test/app.ts`, if it exists and exports a function `startApp` that starts the app for a test. */
  readonly testApp: string | undefined;
  /** Whether the app depends on a package. */
  readonly has: (name: string) => boolean;
}

/** Detects the conventions of an app. @throws CliError if the folder is not one of an app */
export function styleOf(cwd: string): Style {
  needProject(cwd);
  const manifest = readManifest(cwd);
  const entry = tryEntry(cwd);
  const typescript =
    existsSync(path.join(cwd, 'tsconfig.json')) || (entry !== undefined && isTypeScript(entry));
  const source = path.join(cwd, 'src');
  const umbrella = dependsOn(manifest, 'blaizejs');
  return {
    typescript,
    extension: typescript ? '.ts' : manifest.type === 'module' ? '.js' : '.mjs',
    source: existsSync(source) ? source : cwd,
    from: (part) => (!umbrella ? `@blaizejs/${part}` : part === 'testing' ? 'blaizejs/testing' : 'blaizejs'),
    testApp: testAppOf(cwd),
    has: (name) => dependsOn(manifest, name),
  };
}

function needProject(cwd: string): void {
  if (existsSync(path.join(cwd, 'package.json'))) return;
  for (let folder = path.dirname(cwd); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json'))) {
      throw new CliError(
        `${cwd} is not the folder of an app: the nearest package.json is in ${folder}. Go there.`,
      );
    }
  }
  throw new CliError(
    `${cwd} is not the folder of an app: there is no package.json. Go to your app, or create one: npm create blaizejs`,
  );
}

function testAppOf(cwd: string): string | undefined {
  return ['.ts', '.mts', '.js', '.mjs']
    .map((extension) => path.join(cwd, 'test', `app${extension}`))
    .find((file) => existsSync(file) && /\bexport\b[^;{]*\bstartApp\b/.test(readFileSync(file, 'utf8')));
}

/**
 * Writes a file.
 *
 * @param force replaces an existing file
 * @throws CliError if the file exists
 */
export async function writeNew(file: string, text: string, cwd: string, force: boolean): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeFile(file, text, { flag: force ? 'w' : 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new CliError(`${shown(file, cwd)} already exists. Choose another name, or replace it: --force`, {
      cause,
    });
  }
}

/** A name in its two spellings. @throws CliError if it does not start with a letter */
export function namesOf(name: string): { kebab: string; camel: string } {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z\d]+/)
    .filter(Boolean)
    .map((word) => word.toLowerCase());
  const [first] = words;
  if (first === undefined || !/^[a-z]/.test(first)) {
    throw new CliError(
      `"${name}" is not a valid name: start with a letter, then use letters, digits and "-".`,
    );
  }
  const camel = words.map((word, index) =>
    index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1),
  );
  return { kebab: words.join('-'), camel: camel.join('') };
}
