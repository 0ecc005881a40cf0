import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import ts from 'typescript';

import { publicPackages, root } from '../workspace.mjs';

/**
 * Emits the declarations of a user of each package, from sources, in pnpm's layout: the user can reach only that one of our
 * packages. An inferred type that the package does not export can't be named there (TS2742, TS4023 and similar).
 *
 * @param {string} folder for the users; none of our packages can be reached from it
 * @param {Readonly<Record<string, string>>} consumers code by package folder
 * @returns {Map<string, string[]>} the compiler's errors, by package folder
 */
export function declarationProblems(folder, consumers) {
  const options = {
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    customConditions: ['@blaizejs/source'],
    allowImportingTsExtensions: true,
    strict: true,
    skipLibCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const host = cachingHost(options);
  installAll(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return new Map(
    publicPackages().flatMap(({ folder: name, manifest }) => {
      const code = consumers[name];
      if (code === undefined) return [];
      const user = join(folder, name, 'user.ts');
      link(stored(folder, manifest.name), join(folder, name, 'node_modules', manifest.name));
      link(join(root, 'node_modules/zod'), join(folder, name, 'node_modules/zod'));
      writeFileSync(user, code);
      // One program per user: in a shared one, the compiler would name types by paths in another user's folder.
      const program = ts.createProgram([user], options, host);
      const file = program.getSourceFile(user);
      const found = [...program.getSemanticDiagnostics(file), ...program.getDeclarationDiagnostics(file)];
      return [[name, found.map(describe)]];
    }),
  );
}

/** @param {string} folder @param {string} name a package's name */
function stored(folder, name) {
  return join(folder, 'node_modules/.pnpm', name.replace('/', '+'), 'node_modules', name);
}

/** @param {string} target @param {string} path */
function link(target, path) {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

/** Copies all packages into a store, since other rules apply to names of files in `node_modules`. @param {string} folder */
function installAll(folder) {
  for (const { dir, manifest } of publicPackages()) {
    const place = stored(folder, manifest.name);
    for (const part of ['package.json', 'src'])
      cpSync(join(dir, part), join(place, part), { recursive: true });
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      const own = range.startsWith('workspace:');
      const target = own ? stored(folder, name) : realpathSync(join(dir, 'node_modules', name));
      link(target, join(place, '../'.repeat(manifest.name.split('/').length), name));
    }
  }
}

/** By their paths, which differ for each folder of users. @type {Map<string, ts.SourceFile | undefined>} */
const files = new Map();

/** Reads and parses shared files only once. @param {ts.CompilerOptions} options */
function cachingHost(options) {
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) => {
    if (!files.has(name)) files.set(name, getSourceFile(name, ...rest));
    return files.get(name);
  };
  return host;
}

/** @param {ts.Diagnostic} diagnostic */
function describe({ code, file, messageText, start = 0 }) {
  const line = file?.text.slice(start).split('\n', 1)[0] ?? '';
  return `TS${code} ${ts.flattenDiagnosticMessageText(messageText, '\n')} (${line})`;
}
