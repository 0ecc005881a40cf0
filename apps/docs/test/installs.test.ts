import { expect, test } from 'vitest';

import { type Block, type Page, placeOf, readPages } from './pages.ts';
import { isStep } from './write-blocks.ts';

const pages = readPages();
const byName = new Map(pages.map((page) => [page.name, page]));

// What `npm create blaizejs` installs.
const SCAFFOLDED = ['blaizejs', 'zod', 'vitest', '@blaizejs/cli'];

// pnpm, unlike npm, lets an app import only what it has installed itself.
test.each(pages.map((page) => [page.name, page] as const))('%s says what to install', (_name, page) => {
  const said = new Set([...SCAFFOLDED, ...[page, ...linked(page)].flatMap(installed)]);
  const missing = page.blocks.flatMap((block) =>
    imported(block)
      .filter((name) => !said.has(name))
      .map((name) => `${placeOf(block)}: ${name}`),
  );
  expect(missing).toEqual([]);
});

// A server that starts without its secret would take one that everybody can read, or `Bearer undefined`.
test.each(pages.map((page) => [page.name, page] as const))(
  '%s has no secret to fall back to',
  (_name, page) => {
    const unsafe = page.blocks.filter(({ code }) =>
      /_?(?:SECRET|TOKEN|KEY)\b['"\]]*(?:\s*\?\?\s*['"][^'"]|\}`)/.test(code),
    );
    expect(unsafe.map(placeOf)).toEqual([]);
  },
);

/** The packages that a block of code imports. */
function imported({ language, file, marks, code }: Block): string[] {
  if (!['ts', 'js'].includes(language) || marks.has('sample') || isOldApp(file)) return [];
  return [...code.matchAll(/^(?:import|export)\b[^;]*?from '([^'.]+|[^'.][^']*)'|^import '([^'.][^']*)'/gm)]
    .map(([, from, bare]) => from ?? bare ?? '')
    .filter((name) => !name.startsWith('node:'))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
}

/** Who migrates has the framework of the old app. */
function isOldApp(caption: string | undefined): boolean {
  return ['Express', 'Fastify', 'Koa'].includes(caption ?? '');
}

/** The packages that a page tells to install. */
function installed({ text }: Page): string[] {
  return [...text.matchAll(/npm install((?: [\w@/.-]+)+)/g)].flatMap(([, names = '']) =>
    names
      .split(' ')
      .filter(Boolean)
      .map((name) => name.replace(/(?<=.)@[\w.^-]+$/, '')),
  );
}

/** The pages that a page links to, and for a step of the tutorial the others. */
function linked({ name: from, text }: Page): Page[] {
  if (isStep(from)) return pages.filter(({ name }) => isStep(name));
  return [...text.matchAll(/\]\(\/([\w/-]+)/g)]
    .map(([, name = '']) => byName.get(name))
    .filter((page) => page !== undefined);
}
