/**
 * `pnpm bench:types [--sizes 50,300] [--only blaizejs,trpc] [--parts server,completion] [--write]`, after a build: what an API of so many operations costs
 * its compiler and its editor, on the server and for a client that calls three of them, beside others. `--write` writes
 * RESULTS.md. Nothing here passes or fails; `pnpm check:types` has a budget.
 */
import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

import { inTemporaryFolder, packAll } from '../pack/tarballs.mjs';
import { blaizejs } from './bench/blaizejs.mjs';
import { completionTimes } from './bench/completion.mjs';
import { hono } from './bench/hono.mjs';
import { orpc } from './bench/orpc.mjs';
import { trpc } from './bench/trpc.mjs';
import { COMPILERS, compile, PATIENCE } from './compilers.mjs';
import { installAll } from './install.mjs';

/** @import { Framework } from './bench/schemas.mjs' */

/**
 * @typedef {object} Figures of one compilation
 * @property {number} instantiations
 * @property {number} seconds
 * @property {number} mebibytes
 */

const FRAMEWORKS = { blaizejs, trpc, orpc, hono };

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '50,300,1000' },
    only: { type: 'string', default: Object.keys(FRAMEWORKS).join() },
    parts: { type: 'string', default: 'server,sources,declarations,completion' },
    write: { type: 'boolean', default: false },
  },
});
const sizes = values.sizes.split(',').map(Number);
const parts = values.parts.split(',');
const frameworks = values.only.split(',').map((name) => {
  if (!(name in FRAMEWORKS)) throw new Error(`There is no ${name}; there are ${Object.keys(FRAMEWORKS)}.`);
  return FRAMEWORKS[/** @type {keyof typeof FRAMEWORKS} */ (name)];
});
const require = createRequire(import.meta.url);

/** @type {string[]} */
const report = [];
await inTemporaryFolder(async (folder) => {
  const give = installAll(packAll(folder), join(folder, 'installed'));
  for (const compiler of COMPILERS) {
    for (const [part, what, build] of /** @type {const} */ ([
      ['server', 'The server', server],
      ['sources', 'A client of its sources', clientOfSources],
      ['declarations', 'A client of its declarations', clientOfDeclarations],
    ])) {
      if (!parts.includes(part)) continue;
      /** @type {string[][]} */
      const rows = [];
      for (const framework of frameworks) {
        const cells = [framework.name];
        /** @type {Figures | undefined} */
        let none;
        for (const size of [0, ...sizes]) {
          const project = join(
            folder,
            'projects',
            `${compiler.name}-${what}-${framework.name}-${size}`.replaceAll(' ', '-'),
          );
          const figures = await build(framework, size, project, compiler, (packages) => {
            for (const name of packages) provide(name, project, give);
          });
          if (size === 0) none = typeof figures === 'string' ? undefined : figures;
          else cells.push(show(figures, none, size));
          console.error(
            `${compiler.name}: ${what} of ${framework.name}, ${size}: ${show(figures, none, size || 1)}`,
          );
        }
        rows.push(cells);
      }
      section(`${compiler.name}: ${what[0]?.toLowerCase()}${what.slice(1)}`, rows);
    }
  }
  if (parts.includes('completion')) await completions(folder, give);
});

const packages = ['hono', '@trpc/server', '@orpc/server', 'zod'].map(
  (name) => `${name} ${require(`${packageOf(name)}/package.json`).version}`,
);
const text = `# What types cost

By \`pnpm bench:types --write\`, on the same API: a resource a file, one operation each with a parameter, a query, a body and an answer;
the client calls three of them. Each cell: instantiations an operation (beyond those of a project with none), seconds of the
processor for \`tsc\`, memory. \`skipLibCheck\` is on. Seconds depend on the machine; instantiations do not. What took more than ${PATIENCE}
seconds was stopped.

- ${new Date().toISOString().slice(0, 10)}
- ${cpus()[0]?.model ?? 'a processor'}, ${availableParallelism()} cores, Node ${process.version}
- ${packages.join(', ')}

"Its sources": the client imports the type of the server, and the compiler checks the server too. "Its declarations": the server has
been compiled to declarations, as project references do.
${report.join('\n')}`;
console.log(text);
if (values.write) writeFileSync(join(import.meta.dirname, 'RESULTS.md'), text);

/** @param {string} title @param {string[][]} rows */
function section(title, rows) {
  const head = ['', ...sizes.map(String)];
  report.push(
    `\n## ${title}\n`,
    ...[head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows].map(
      (cells) => `| ${cells.join(' | ')} |`,
    ),
  );
}

/** @param {Figures | string} figures @param {Figures | undefined} none @param {number} size */
function show(figures, none, size) {
  if (typeof figures === 'string') return figures;
  const each = Math.round((figures.instantiations - (none?.instantiations ?? 0)) / size);
  return `${each.toLocaleString('en')}, ${figures.seconds.toFixed(1)} s, ${Math.round(figures.mebibytes)} MiB`;
}

/**
 * @typedef {(framework: Framework, size: number, folder: string, compiler: import('./compilers.mjs').Compiler, install: (packages: readonly string[]) => void) => Promise<Figures | string>} Build
 */

/** @type {Build} */
async function server(framework, size, folder, compiler, install) {
  writeFiles(join(folder, 'server'), framework.server(size));
  writeConfig(folder, ['server']);
  install(framework.packages);
  return measure(compiler, folder);
}

/** @type {Build} */
async function clientOfSources(framework, size, folder, compiler, install) {
  writeFiles(join(folder, 'server'), framework.server(Math.max(size, 1)));
  writeFiles(folder, { 'client.ts': framework.client(callsOf(size)) });
  writeConfig(folder, ['client.ts']);
  install(framework.packages);
  return measure(compiler, folder);
}

/** @type {Build} */
async function clientOfDeclarations(framework, size, folder, compiler, install) {
  const files = framework.server(Math.max(size, 1));
  writeFiles(join(folder, 'source/server'), files);
  writeConfig(join(folder, 'source'), ['server'], {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: 'server',
    outDir: '../server',
  });
  install(framework.packages);
  const emitted = await compile(compiler, join(folder, 'source'));
  if (!emitted.ok) return whatFailed(emitted);
  writeFiles(
    join(folder, 'server'),
    Object.fromEntries(Object.entries(files).filter(([name]) => name.endsWith('.d.ts'))),
  );
  writeFiles(folder, { 'client.ts': framework.client(callsOf(size)) });
  writeConfig(folder, ['client.ts']);
  return measure(compiler, folder);
}

/** Which are called: the first, the last and one between. @param {number} size */
function callsOf(size) {
  return size < 3 ? [0] : [0, Math.floor(size / 2), size - 1];
}

/** @param {string} folder @param {import('./bench/schemas.mjs').Files} files */
function writeFiles(folder, files) {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    // As declarations name modules.
    writeFileSync(file, content.replaceAll(/(from ')(\.[^']*)\.ts'/g, "$1$2.js'"));
  }
}

/** @param {string} folder @param {readonly string[]} include @param {object} [more] */
function writeConfig(folder, include, more = {}) {
  const compilerOptions = {
    target: 'es2023',
    lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
    types: [],
    module: 'nodenext',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    ...more,
  };
  writeFiles(folder, {
    'package.json': JSON.stringify({ private: true, type: 'module' }),
    'tsconfig.json': JSON.stringify({ compilerOptions, include }),
  });
}

/** @param {string} name @param {string} project @param {(name: string, consumer: string) => void} give */
function provide(name, project, give) {
  const place = join(project, 'node_modules', name);
  if (existsSync(place)) return;
  if (/^(?:@blaizejs\/|blaizejs$)/.test(name)) {
    give(name, project);
    return;
  }
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(realpathSync(packageOf(name)), place, 'junction');
}

/** @param {string} name */
function packageOf(name) {
  return join(import.meta.dirname, 'node_modules', name);
}

/** @param {import('./compilers.mjs').Compiler} compiler @param {string} folder @returns {Promise<Figures | string>} */
async function measure(compiler, folder) {
  const outcome = await compile(compiler, folder, '--extendedDiagnostics');
  if (!outcome.ok) return whatFailed(outcome);
  const figure = (/** @type {string} */ name) =>
    Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(outcome.output)?.[1]);
  return {
    instantiations: figure('Instantiations'),
    seconds: outcome.seconds,
    mebibytes: figure('Memory used') / 1024,
  };
}

/** @param {import('./compilers.mjs').Outcome} outcome */
function whatFailed({ stopped, output }) {
  if (stopped) return `not in ${PATIENCE} s`;
  console.error(output.slice(0, 500));
  return `fails: ${/error (TS\d+):/.exec(output)?.[1] ?? 'see above'}`;
}

/** @param {string} folder @param {(name: string, consumer: string) => void} give */
async function completions(folder, give) {
  /** @type {string[][]} */
  const rows = [];
  for (const framework of frameworks) {
    const cells = [framework.name];
    for (const size of sizes) {
      const project = join(folder, 'projects', `completion-${framework.name}-${size}`.replaceAll(' ', '-'));
      writeFiles(join(project, 'server'), framework.server(size));
      writeFiles(project, { 'client.ts': framework.client(callsOf(size)) });
      writeConfig(project, ['client.ts']);
      for (const name of framework.packages) provide(name, project, give);
      const times = await completionTimes(join(project, 'client.ts'), framework.complete);
      cells.push(
        times ? times.map((time) => `${(time / 1000).toFixed(2)} s`).join(', ') : `not in ${PATIENCE} s`,
      );
      console.error(`Completion in ${framework.name}, ${size}: ${cells.at(-1)}`);
    }
    rows.push(cells);
  }
  section(
    'Completion in a client of the sources: the first one after opening the file, the next after an edit (TypeScript 5.9)',
    rows,
  );
}
