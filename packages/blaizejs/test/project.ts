import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';

/** The source of a route file that answers GET with this value. */
export function answering(value: unknown): string {
  return `export const GET = { handler: () => (${JSON.stringify(value)}) };\n`;
}

/** Links `blaizejs` in a folder, as if it were installed there. */
export async function installIn(directory: string): Promise<void> {
  await mkdir(path.join(directory, 'node_modules'), { recursive: true });
  await symlink(
    path.resolve(import.meta.dirname, '..'),
    path.join(directory, 'node_modules/blaizejs'),
    'dir',
  );
}
