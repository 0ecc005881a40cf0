import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { actionsOf, hasCommands } from './actions.mjs';
import { blocksOf } from './markdown.mjs';
import { root } from './outside.mjs';

/** @import { Action } from './actions.mjs' */

const DOCS = 'apps/docs/pages';

/**
 * @typedef {object} Walkthrough Pages that one reader reads, in this order.
 * @property {string} name
 * @property {readonly string[]} pages from the root of the repository
 * @property {Readonly<Record<string, readonly string[]>>} [copies] files to copy from the sample app, as the text of a page
 * asks
 */

/** @type {readonly Walkthrough[]} */
export const WALKTHROUGHS = [
  { name: 'README', pages: ['README.md'] },
  {
    name: 'Get started and deploy',
    pages: ['getting-started', 'deployment/index', 'deployment/docker', 'command-line'].map(
      (page) => `${DOCS}/${page}.md`,
    ),
  },
  {
    name: 'Tutorial',
    pages: readdirSync(join(root, DOCS, 'tutorial'))
      .filter((file) => /^\d/.test(file))
      .sort()
      .map((file) => `${DOCS}/tutorial/${file}`),
    copies: { [`${DOCS}/tutorial/7-page.md`]: ['public', 'page'] },
  },
  { name: 'Front page', pages: [`${DOCS}/index.md`] },
  { name: 'Create an app', pages: [`${DOCS}/create.md`] },
  { name: 'create-blaizejs', pages: ['packages/create-blaizejs/README.md'] },
  { name: 'blaizejs', pages: ['packages/blaizejs/README.md'] },
];

/** @param {string} page */
export function readPage(page) {
  const text = readFileSync(join(root, page), 'utf8');
  return blocksOf(text);
}

/** @param {string} page @returns {Action[]} */
export function actionsOn(page) {
  return actionsOf(readPage(page));
}

/** All pages for users: the READMEs of the repository and its packages, and the docs. */
export function allPages() {
  const docs = readdirSync(join(root, DOCS), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !/^api\b/.test(file))
    .map((file) => `${DOCS}/${file.replaceAll('\\', '/')}`);
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`);
  return ['README.md', ...packages, ...docs].sort();
}

// `pnpm release:rehearse` installs each package as its README says, and runs its example or session.
const REHEARSED = /^npm install [^\n]+\n$/;

/**
 * The blocks of commands on a page that nothing runs. Blocks marked `unchecked` are not meant to run, since they need more
 * than Node and npm. Tests of the docs run blocks marked `run`.
 *
 * @param {string} page
 */
export function blocksLeftOut(page) {
  if (WALKTHROUGHS.some(({ pages }) => pages.includes(page))) return [];
  const rehearsed = page.startsWith('packages/');
  return readPage(page)
    .filter((block) => hasCommands(block) && !block.marks.has('unchecked') && !block.marks.has('run'))
    .filter(({ code, language }) => !rehearsed || !(language === 'console' || REHEARSED.test(code)));
}
