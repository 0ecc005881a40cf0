import { readdirSync, statSync } from 'node:fs';

/** Why an app can't be made in a folder, absolute; undefined where it can. A git repository may be in it. */
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
    return `${folder} will not do: ${(error as Error).message}`;
  }
}
