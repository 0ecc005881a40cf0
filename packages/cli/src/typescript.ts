import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { CliError } from './cli-error.ts';
import { installedPackage } from './installed.ts';
import { packageManagerOf } from './package-manager.ts';

/** The way to run a file. */
export interface Runner {
  /** Node's arguments before the file. */
  readonly nodeArgs: readonly string[];
  /** For people: `Node itself` or `tsx 4.23.15`. */
  readonly name: string;
}

/**
 * The way to run a source file: TypeScript natively on Node 22.18 and later, otherwise with the app's tsx.
 *
 * @param file absolute
 * @throws CliError if it is TypeScript and neither is available
 */
export function runnerFor(file: string): Runner {
  // The types of Node 20 do not have it.
  const native = (process.features as { typescript?: string | false }).typescript;
  if (!isTypeScript(file) || native) return { nodeArgs: [], name: 'Node itself' };
  const tsx = installedPackage('tsx', file);
  if (tsx === undefined) {
    throw new CliError(
      `${path.basename(file)} is TypeScript, which Node ${process.version} can't run by itself. Install tsx ` +
        `(${packageManagerOf(path.dirname(file)).install('tsx', 'dev')}), or use Node 22.18 or later.`,
    );
  }
  const require = createRequire(path.join(tsx, 'package.json'));
  const { version } = require('./package.json') as { version: string };
  // Resolved by name from within the package, so that its `exports` apply.
  return { nodeArgs: ['--import', pathToFileURL(require.resolve('tsx')).href], name: `tsx ${version}` };
}

/** Whether a file is TypeScript. */
export function isTypeScript(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}
