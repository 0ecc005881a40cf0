import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A fenced block of a page. */
export interface Block {
  /** What the page is called in `pages/`, without `.md`: `guides/server`. */
  readonly page: string;
  /** The line of its opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  /** The file that it is, as its caption says: `src/server.ts`. */
  readonly file: string | undefined;
  /** The words behind: `run`, `test`, `sample`. */
  readonly marks: ReadonlySet<string>;
  readonly code: string;
  /** The next block of the page. */
  readonly next: Block | undefined;
}

/** A page of the site. */
export interface Page {
  readonly name: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

export const root = path.resolve(import.meta.dirname, '../../..');
const folder = path.resolve(import.meta.dirname, '../pages');
export const sample = path.join(root, 'apps/bookmarks');

const FENCE = /^(`{3,})(\w*)[ \t]*(?:\[(.+)\])?([^\]]*)$/;

/** All pages that are written by hand, in order of their names. */
export function readPages(): Page[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.startsWith(`api${path.sep}`))
    .sort()
    .map((file) => {
      const name = file.slice(0, -'.md'.length).replaceAll(path.sep, '/');
      const text = readFileSync(path.join(folder, file), 'utf8');
      return { name, text, blocks: blocksOf(name, text) };
    });
}

/** The READMEs of the packages, as pages. */
export function readReadmes(): Page[] {
  const packages = path.join(root, 'packages');
  return readdirSync(packages)
    .filter((name) => existsSync(path.join(packages, name, 'README.md')))
    .map((folder) => {
      const name = `packages/${folder}/README`;
      const text = readFileSync(path.join(root, `${name}.md`), 'utf8');
      return { name, text, blocks: blocksOf(name, text) };
    });
}

/** The blocks of a page; those marked `sample` with the file of the sample app that they show. */
export function blocksOf(page: string, text: string): Block[] {
  const lines = text.split('\n');
  const blocks: (Omit<Block, 'next'> & { next: Block | undefined })[] = [];
  const add = (block: Omit<Block, 'next'>): void => {
    const added = { ...block, next: undefined };
    const before = blocks.at(-1);
    if (before) before.next = added;
    blocks.push(added);
  };
  for (let at = 0; at < lines.length; at++) {
    const [, fence, language = '', file, rest = ''] = FENCE.exec(lines[at] ?? '') ?? [];
    if (fence === undefined) {
      // Its end would be taken for the beginning of another block, and neither would be checked.
      if (lines[at]?.startsWith('```'))
        throw new Error(`${page}.md:${at + 1}: marks go after the [caption].`);
      continue;
    }
    const end = lines.indexOf(fence, at + 1);
    if (end === -1) throw new Error(`${page}.md:${at + 1}: this block has no end.`);
    const marks = new Set(rest.split(/\s+/).filter(Boolean));
    const code =
      marks.has('sample') && file !== undefined
        ? readFileSync(path.join(sample, file), 'utf8')
        : lines.slice(at + 1, end).join('\n') + '\n';
    add({ page, line: at + 1, language, file, marks, code });
    at = end;
  }
  return blocks;
}

/** Where a block is, for people. */
export function placeOf({ page, line }: Block): string {
  return `${page}.md:${line}`;
}
