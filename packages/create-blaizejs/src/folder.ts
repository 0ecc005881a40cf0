import { readdirSync, statSync } from 'node:fs';

/** Why an app can't be created in a folder (absolute), or undefined if it can. The folder may have a git repository. */
export function problemOfFolder(folder: string): string | undefined {
  try {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (!found) return undefined;
    if (!found.isDirectory()) return `${folder} is a file`;
    const [first, second, ...others] = readdirSync(folder).filter((name) => name !== '.git');
    if (first === undefined) return undefined;
    const shown = [first, ...(second === undefined ? [] : [second]), ...(others.length > 0 ? ['…'] : [])];
    return `${folder} is not empty: ${shown.join(', ')}`;
  } catch (error) {
    return `${folder} can't be used: ${(error as Error).message}`;
  }
}
