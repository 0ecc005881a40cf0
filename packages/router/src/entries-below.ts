import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Lists everything below a folder, which may be missing. Lists links, but never follows them. With Node's own `recursive`,
 * some versions (26) follow links to folders, and a loop would be walked until the path is too long.
 */
export async function entriesBelow(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory());
  const below = await Promise.all(folders.map(({ name }) => entriesBelow(path.join(folder, name))));
  return [...entries, ...below.flat()];
}
