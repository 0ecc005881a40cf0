import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A temporary folder, removed at the end of its block. */
export interface Folder extends AsyncDisposable {
  readonly path: string;
  write(files: Record<string, string>): Promise<void>;
}

/** Creates a temporary folder with these files. Names may contain folders. */
export async function folder(files: Record<string, string> = {}): Promise<Folder> {
  const root = await mkdtemp(path.join(tmpdir(), 'blaizejs-test-'));
  const write = async (more: Record<string, string>): Promise<void> => {
    for (const [name, text] of Object.entries(more)) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await writeFile(path.join(root, name), text);
    }
  };
  await write(files);
  return { path: root, write, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

/** The source of a route file that answers GET with this value. */
export function answering(value: unknown): string {
  return `export const GET = { handler: () => (${JSON.stringify(value)}) };\n`;
}

/** Links `blaizejs` in a folder, as if it were installed there. */
export async function installIn(directory: string): Promise<void> {
  await mkdir(path.join(directory, 'node_modules'), { recursive: true });
  await symlink(
    path.resolve(import.meta.dirname, '../..'),
    path.join(directory, 'node_modules/blaizejs'),
    'dir',
  );
}
