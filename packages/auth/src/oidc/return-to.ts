const MAX_LENGTH = 512;
const SOMEWHERE = 'https://own.invalid';

/**
 * A path of this site to go to after signing in or out. What is not one would let anybody send people from here to a site of theirs (open
 * redirect, CWE-601): another origin, `//host`, `/\host`, a path that becomes `//host` once its dots are resolved.
 *
 * @returns undefined if it is not such a path, or longer than 512 characters
 */
export function ownPath(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_LENGTH || !/^\/[!-~]*$/.test(value)) return undefined;
  if (!URL.canParse(value, SOMEWHERE)) return undefined;
  const { origin, pathname, search, hash } = new URL(value, SOMEWHERE);
  const path = pathname + search + hash;
  if (origin !== SOMEWHERE || /^\/[/\\]/.test(path) || path.length > MAX_LENGTH) return undefined;
  return path;
}
