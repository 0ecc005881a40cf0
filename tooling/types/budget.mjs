/**
 * `pnpm check:types`: what an app with many routes costs the compiler. The number of instantiations is the same on every
 * machine, so it has a budget, in budget.json; the rest is printed for comparison.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { inTemporaryFolder } from '../pack/tarballs.mjs';
import { COMPILERS, compile } from './compilers.mjs';
import { writeProject } from './project.mjs';

const ROUTES = 300;
const BUDGET = join(import.meta.dirname, 'budget.json');
const FIGURES = ['Instantiations', 'Types', 'Symbols', 'Memory used', 'Check time', 'Total time'];

/** @type {{ instantiationsPerRoute: number }} */
const { instantiationsPerRoute: budget } = JSON.parse(readFileSync(BUDGET, 'utf8'));
/** @type {number | undefined} */
let measured;

await inTemporaryFolder(async (folder) => {
  for (const routes of [0, ROUTES]) writeProject(join(folder, String(routes)), routes);
  for (const compiler of COMPILERS) {
    const none = await diagnostics(compiler, join(folder, '0'));
    const all = await diagnostics(compiler, join(folder, String(ROUTES)));
    console.log(
      `\n${compiler.name}`.padEnd(20),
      ...['0 routes', `${ROUTES} routes`, 'per route'].map((head) => head.padStart(14)),
    );
    for (const name of FIGURES) {
      const [least, most] = [none.get(name), all.get(name)];
      if (!least || !most) continue;
      const perRoute = (most.value - least.value) / ROUTES;
      measured ??= perRoute;
      const shown = [least, most, { value: perRoute, unit: most.unit }].map(({ value, unit }) =>
        `${value.toLocaleString('en', { maximumFractionDigits: unit === 's' ? 4 : 0 })} ${unit}`
          .trim()
          .padStart(14),
      );
      console.log(name.padEnd(19), ...shown);
    }
  }
});

if (measured === undefined) throw new Error('The compiler does not report instantiations.');
const perRoute = Math.ceil(measured);
console.log(`\nInstantiations per route: ${perRoute} of ${budget}.`);
if (perRoute > budget) {
  console.error(`\
The types of a route have become more expensive: ${perRoute} instantiations, and the budget is ${budget}.
Look at what has been added between the schemas of a route and its handler: conditional types over unions, intersections
that are mapped, and overloads are the usual causes. If users get something for it that is worth this, set
"instantiationsPerRoute" in tooling/types/budget.json to ${roomFor(perRoute)}, in the same commit, and say there why.`);
  process.exitCode = 1;
} else if (roomFor(perRoute) < budget * 0.9) {
  console.log(
    `That is far less: set "instantiationsPerRoute" in tooling/types/budget.json to ${roomFor(perRoute)}, so that it stays.`,
  );
}

/** Adds some room, since not every change of a type needs a discussion. @param {number} value */
function roomFor(value) {
  return Math.ceil((value * 1.01) / 10) * 10;
}

/**
 * @param {import('./compilers.mjs').Compiler} compiler
 * @param {string} folder
 * @returns {Promise<Map<string, { value: number, unit: string }>>}
 */
async function diagnostics(compiler, folder) {
  const { ok, output } = await compile(compiler, folder, '--extendedDiagnostics');
  if (!ok)
    throw new Error(`${compiler.name} does not compile the project of tooling/types/project.mjs:\n${output}`);
  return new Map(
    [...output.matchAll(/^(\w[\w /]*):\s+([\d.]+)(\w*)$/gm)].map(([, name = '', value, unit = '']) => [
      name,
      { value: Number(value), unit },
    ]),
  );
}
