/**
 * `pnpm check:declarations [package…]`, after a build: does each entry point of each package compile for a user who has
 * installed only that package, with `types: []`, which is TypeScript 7's default, and with library files checked?
 *
 * Packages whose types need Node's list `@types/node` in their dependencies; tooling/presets/tsup.ts then refers to it.
 */
import { join } from 'node:path';

import { specifiersOf } from '../pack/contents.mjs';
import { inTemporaryFolder, packAll } from '../pack/tarballs.mjs';
import { COMPILERS, compile } from './compilers.mjs';
import { installAll, writeConsumer } from './install.mjs';
import { SharedCompiler } from './shared-compiler.mjs';

/** Those that have no programming interface. */
const [, ...OTHERS] = COMPILERS;

/**
 * Type libraries by folder. Code for browsers has their types; all other code has only those of the language and of its
 * packages.
 */
const LIBRARIES = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  client: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
});

/** Whether an entry point is more than another name: `blaizejs/middleware/cors` only re-exports one that is checked itself. */
const isOwn = (/** @type {string} */ specifier) => !/^blaizejs\/.+\//.test(specifier);

const wanted = process.argv.slice(2);
let count = 0;
let failed = 0;
await inTemporaryFolder(async (folder) => {
  const tarballs = packAll(folder);
  const install = installAll(tarballs, join(folder, 'installed'));
  const selected = tarballs.filter(({ folder }) => wanted.length === 0 || wanted.includes(folder));
  const consumers = selected.flatMap(({ name, folder: own, manifest }) =>
    specifiersOf(manifest)
      .filter(isOwn)
      .map((specifier) => {
        const consumer = join(folder, 'consumers', specifier.replaceAll('/', '+'));
        writeConsumer(consumer, specifier, LIBRARIES[own] ?? ['ES2023']);
        install(name, consumer);
        return { specifier, consumer };
      }),
  );
  count = consumers.length;
  const shared = new SharedCompiler();
  /** @param {string} specifier @param {string} compiler @param {{ ok: boolean, output: string }} outcome */
  const report = (specifier, compiler, { ok, output }) => {
    console.log(`${ok ? 'ok  ' : 'FAIL'}  ${specifier}  ${compiler}`);
    if (ok) return;
    failed += 1;
    console.log(output.replaceAll(`${folder}/`, '').trimEnd().replace(/^/gm, '      '));
  };
  for (const { specifier, consumer } of consumers) {
    // These run in processes of their own, beside the one in this process.
    const others = OTHERS.map((compiler) => ({ compiler, outcome: compile(compiler, consumer) }));
    report(specifier, shared.name, shared.compile(consumer));
    for (const { compiler, outcome } of others) report(specifier, compiler.name, await outcome);
  }
});
if (count === 0) throw new Error(`No package is called ${wanted.join(' or ')}.`);
if (failed > 0) {
  console.error(`
${failed} of ${count * COMPILERS.length} failed. If a declaration needs the types of Node, its package lists "@types/node": ">=20" in its dependencies, and
is built again; a package that runs anywhere names only what it declares.`);
  process.exitCode = 1;
}
