import { existsSync } from 'node:fs';
import path from 'node:path';

import { readManifest } from './project.ts';

/** The commands of the package manager that an app uses. */
export interface PackageManager {
  /** Runs the `blaize` command of the app: `npx blaize start`. */
  readonly blaize: (args: string) => string;
  /** Installs a package: `npm install zod`. */
  readonly install: (name: string, dev?: 'dev') => string;
  /** Removes packages that are installed twice. */
  readonly dedupe: string;
}

const npm: PackageManager = {
  blaize: (args) => `npx blaize ${args}`,
  install: (name, dev) => `npm install ${dev ? '-D ' : ''}${name}`,
  dedupe: 'npm dedupe',
};

const MANAGERS: Readonly<Record<string, PackageManager>> = {
  npm,
  pnpm: {
    blaize: (args) => `pnpm exec blaize ${args}`,
    install: (name, dev) => `pnpm add ${dev ? '-D ' : ''}${name}`,
    dedupe: 'pnpm dedupe',
  },
  yarn: {
    blaize: (args) => `yarn blaize ${args}`,
    install: (name, dev) => `yarn add ${dev ? '-D ' : ''}${name}`,
    dedupe: 'yarn dedupe',
  },
  bun: {
    blaize: (args) => `bunx blaize ${args}`,
    install: (name, dev) => `bun add ${dev ? '-d ' : ''}${name}`,
    dedupe: 'bun install --force',
  },
};

const LOCK_FILES: Readonly<Record<string, string>> = {
  'package-lock.json': 'npm',
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
};

/**
 * The package manager of an app: the one named by the package.json or lock file, here or in a folder above; otherwise the
 * one that runs this process; otherwise npm.
 */
export function packageManagerOf(cwd: string, env: NodeJS.ProcessEnv = process.env): PackageManager {
  return MANAGERS[namedIn(cwd) ?? /^\w+/.exec(env.npm_config_user_agent ?? '')?.[0] ?? ''] ?? npm;
}

function namedIn(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    const named = /^\w+/.exec(packageManagerField(folder))?.[0];
    if (named !== undefined) return named;
    const lock = Object.keys(LOCK_FILES).find((name) => existsSync(path.join(folder, name)));
    if (lock !== undefined) return LOCK_FILES[lock];
    if (folder === path.dirname(folder)) return undefined;
  }
}

function packageManagerField(folder: string): string {
  try {
    return readManifest(folder).packageManager ?? '';
  } catch {
    // Commands that need the manifest report the error.
    return '';
  }
}
