import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Answers } from './answers.ts';
import { CreateError } from './create-error.ts';
import { rangeOf } from './own-manifest.ts';

const TEMPLATES = fileURLToPath(new URL('../templates/', import.meta.url));

interface TemplateManifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The contents of the files of a new app, by path. */
export function filesOf(answers: Omit<Answers, 'folder' | 'install' | 'git'>): Map<string, string> {
  const from = path.join(TEMPLATES, answers.template);
  const files = new Map<string, string>();
  for (const name of pathsIn(from).sort()) {
    const text = fill(readFileSync(path.join(from, name), 'utf8'), answers);
    // npm does not publish files such as .gitignore, so they have another name here.
    files.set(name.replace(/^_/, '.'), name === 'package.json' ? manifest(text, answers) : text);
  }
  for (const [name, text] of Object.entries(answers.packageManager.files)) files.set(name, text);
  return files;
}

/** Writes an app to its folder, new or empty. If that fails, it leaves nothing behind. @throws CreateError */
export function writeTemplate(answers: Answers): void {
  const { folder } = answers;
  const made: string[] = [];
  const makeFolder = (wanted: string): void => {
    const first = mkdirSync(wanted, { recursive: true });
    if (first !== undefined) made.push(first);
  };
  try {
    makeFolder(folder);
    for (const [name, text] of filesOf(answers)) {
      const file = path.join(folder, name);
      makeFolder(path.dirname(file));
      const descriptor = openSync(file, 'wx');
      made.push(file);
      try {
        writeFileSync(descriptor, text);
      } finally {
        closeSync(descriptor);
      }
    }
  } catch (error) {
    for (const each of made) rmSync(each, { recursive: true, force: true });
    throw new CreateError(`The app can't be written: ${(error as Error).message}. Nothing was left behind.`, {
      cause: error,
    });
  }
}

/** The relative paths of all files below a folder. */
function pathsIn(root: string, below = ''): string[] {
  // Not with `recursive`, whose entries have no folders in yarn's zip files.
  return readdirSync(path.join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(below, entry.name);
    return entry.isDirectory() ? pathsIn(root, name) : [name];
  });
}

function fill(text: string, { name, packageManager }: Pick<Answers, 'name' | 'packageManager'>): string {
  const { name: pm, lockFiles, cleanInstall, prune } = packageManager;
  const values: Readonly<Record<string, string>> = { name, pm, lockFiles, cleanInstall, prune };
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '');
}

function manifest(text: string, { packageManager }: Pick<Answers, 'packageManager'>): string {
  const { dependencies, devDependencies, ...rest } = JSON.parse(text) as TemplateManifest;
  const withRanges = (named: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.keys(named).map((each) => [each, rangeOf(each)]));
  const complete = {
    ...rest,
    ...packageManager.manifest,
    dependencies: withRanges(dependencies),
    devDependencies: withRanges(devDependencies),
  };
  return `${JSON.stringify(complete, null, 2)}\n`;
}
