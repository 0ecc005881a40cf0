import { readFile, writeFile } from 'node:fs/promises';

const CALL = String.raw`\b(create(?:Get|Head|Post|Put|Patch|Delete|Options)Route\(\s*)(['"\x60])(\/(?:(?!\2)[^\\\n]|\\.)*)\2`;
// A call in a comment or a string is an example, not a route.
const COMMENTS = String.raw`\/\/.*|\/\*[\s\S]*?\*\/`;
const STRINGS = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\x60(?:[^\x60\\]|\\[\s\S])*\x60`;
const MADE = new RegExp(`${CALL}|${COMMENTS}|${STRINGS}`, 'g');

/**
 * Corrects the paths in a file's `create…Route()` calls.
 *
 * @param served where the file is served: `/users/[id]`
 * @returns the paths that were wrong
 */
export async function fixPaths(file: string, served: string): Promise<string[]> {
  const source = await readFile(file, 'utf8');
  const wrong: string[] = [];
  const fixed = source.replaceAll(MADE, (whole, before?: string, quote?: string, path?: string) => {
    if (before === undefined || quote === undefined || path === undefined) return whole;
    if (quote === '`' && path.includes('${')) return whole;
    const right = inQuotes(served, quote);
    if (quote + path + quote === right) return whole;
    wrong.push(path);
    return before + right;
  });
  if (wrong.length > 0) await writeFile(file, fixed);
  return wrong;
}

function inQuotes(path: string, quote: string): string {
  const special = quote === '`' ? ['\\', quote, '${'] : ['\\', quote];
  return quote + special.reduce((text, each) => text.replaceAll(each, `\\${each}`), path) + quote;
}
