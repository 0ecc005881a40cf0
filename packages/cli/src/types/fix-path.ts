import { readFile, writeFile } from 'node:fs/promises';

const MADE = /\b(create(?:Get|Head|Post|Put|Patch|Delete|Options)Route\(\s*)(['"`])(\/[^'"`\n]*)\2/g;

/**
 * Corrects the paths for which a file makes its routes.
 *
 * @param served where the file is served: `/users/[id]`
 * @returns the paths that were wrong
 */
export async function fixPaths(file: string, served: string): Promise<string[]> {
  const source = await readFile(file, 'utf8');
  const wrong: string[] = [];
  const fixed = source.replaceAll(MADE, (whole, before: string, quote: string, path: string) => {
    if (path === served) return whole;
    wrong.push(path);
    return `${before}${quote}${served}${quote}`;
  });
  if (wrong.length > 0) await writeFile(file, fixed);
  return wrong;
}
