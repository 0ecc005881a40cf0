import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Everything below a folder, which may be missing. Links are listed, but never followed: Node's own `recursive` follows
 * links to folders in some versions (26), where a link that leads back would be walked until the path is too long.
 */
export async function entriesBelow(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory());
  const below = await Promise.all(folders.map(({ name }) => entriesBelow(path.join(folder, name))));
  return [...entries, ...below.flat()];
}
