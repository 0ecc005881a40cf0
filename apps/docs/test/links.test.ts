import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

import { sidebar } from '../.vitepress/sidebar.ts';
import { readPages, root } from './pages.ts';

const REPOSITORY = /^https:\/\/github\.com\/jleajones\/blaize\/(?:blob|tree)\/main\/([^#]*)/;

const pages = readPages();
const byPath = new Map(pages.map((page) => [`/${page.name}`.replace(/\/index$/, '/'), page]));
// Made from the sources; `pnpm docs:build` looks at the pages themselves.
const reference = [
  'adapters',
  'app',
  'context',
  'errors',
  'middleware',
  'multipart',
  'plugins',
  'router',
  'router/files',
  'server',
  'ssl',
  'testing',
  'types',
];

const linking = pages
  .map(({ name, text }) => ({ name, links: linksOf(text) }))
  .filter(({ links }) => links.length > 0);

test.each(linking)('the links of $name lead somewhere', ({ name, links }) => {
  const here = `/${name}`.replace(/\/index$/, '/');
  expect(links.filter((link) => !leadsSomewhere(link, here))).toEqual([]);
});

test('the sidebar has every page, once', () => {
  const links = linksIn(sidebar).filter((link) => link !== '/api/');
  expect(links.toSorted()).toEqual([...byPath.keys()].filter((each) => each !== '/').sort());
});

function leadsSomewhere(link: string, from: string): boolean {
  const file = REPOSITORY.exec(link)?.[1];
  if (file !== undefined) return existsSync(path.join(root, file));
  // Other sites are not asked: they come and go.
  if (/^https?:/.test(link)) return true;
  const [target = '', anchor] = link.split('#');
  if (target === '/api/') return true;
  if (target.startsWith('/api/')) return reference.includes(target.slice('/api/'.length));
  const page = byPath.get(target === '' ? from : target);
  return page !== undefined && (anchor === undefined || anchorsOf(page.text).includes(anchor));
}

/** Links in Markdown and HTML, outside of code. */
function linksOf(text: string): string[] {
  const prose = withoutCode(text);
  return [...prose.matchAll(/\]\(([^)\s]+)\)|href="([^"]+)"/g)].map(
    ([, markdown, html]) => markdown ?? html ?? '',
  );
}

function anchorsOf(text: string): string[] {
  return [...withoutFences(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) => slugOf(title));
}

/** As VitePress makes ids of headings. */
function slugOf(title: string): string {
  return title
    .replaceAll(/`|\[([^\]]+)\]\([^)]*\)/g, '$1')
    .normalize('NFKD')
    .replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .replace(/^(\d)/, '_$1')
    .toLowerCase();
}

function withoutFences(text: string): string {
  return text.replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?^\1$/gm, '');
}

function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/`[^`\n]+`/g, '');
}

function linksIn(items: typeof sidebar): string[] {
  return items.flatMap((item) => [
    ...(item.link === undefined ? [] : [item.link]),
    ...linksIn(item.items ?? []),
  ]);
}
