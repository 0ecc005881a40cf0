import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { root } from '../workspace.mjs';
import { run } from './commands.mjs';

/**
 * Writes code to check beside the installed package: its example, and an import of each of its modules.
 *
 * @param {Record<string, string>} files
 * @param {string[]} specifiers
 * @param {string} cwd
 */
export function writeTyped(files, specifiers, cwd) {
  for (const [path, code] of Object.entries({ ...files, 'every-export.ts': importAll(specifiers) })) {
    const file = join(cwd, 'typed', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
}

/**
 * Compiles like a careful user: strict, and with library files checked. In one program, which shares the types of Node and
 * of the language; imports are still resolved where each package is installed.
 *
 * @param {string} folder with those places beneath it
 * @param {NodeJS.ProcessEnv} env
 */
export async function checkTypes(folder, env) {
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['**/typed/**/*.ts'] }),
  );
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [compiler, '--project', '.'], { cwd: folder, env, seconds: 180 });
}

/** @param {string[]} specifiers */
export function importAll(specifiers) {
  const imports = specifiers.map((specifier, index) => `import * as m${index} from '${specifier}';\n`);
  return `${imports.join('')}console.log([${specifiers.map((_, index) => `m${index}`).join(', ')}].length);\n`;
}
