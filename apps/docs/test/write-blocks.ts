import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Block, Page } from './pages.ts';

// Inside the app, so that what blocks import resolves; git, ESLint and Prettier ignore `.blaize`.
const folder = path.resolve(import.meta.dirname, '../.blaize');

/**
 * Writes the code of pages to files, one folder a page: a block with a caption under its name, others as `block-7.ts`,
 * after their line. Steps of the tutorial go on where the one before ended.
 *
 * @param what a name for the folder, so that tests that run at the same time do not get into each other's way
 */
export function writeBlocks(what: string, pages: readonly Page[], languages: readonly string[]) {
  const base = path.join(folder, what);
  rmSync(base, { recursive: true, force: true });
  const files = new Map<string, Block>();
  const built = new Map<string, Block>();
  const write = (page: string, name: string, block: Block): void => {
    const file = path.join(base, page, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, block.code);
    files.set(file, block);
  };
  for (const { name, blocks } of pages) {
    mkdirSync(path.join(base, name), { recursive: true });
    for (const block of blocks) {
      if (!languages.includes(block.language)) continue;
      if (block.file !== undefined && isStep(name)) built.set(block.file, block);
      else write(name, isFile(block.file) ? block.file : `block-${block.line}.${block.language}`, block);
    }
    if (isStep(name)) for (const [file, block] of built) write(name, file, block);
  }
  return { folderOf: (page: string) => path.join(base, page), files: files as ReadonlyMap<string, Block> };
}

/** Whether a page is a step of the tutorial. */
export function isStep(page: string): boolean {
  return /^tutorial\/\d/.test(page);
}

/** A caption may also be the name of something else: `Express`. */
function isFile(caption: string | undefined): caption is string {
  return caption?.includes('.') === true;
}
