import { readPattern } from './route-pattern.ts';

/**
 * A pattern as the name of a file has it, and as clients write it: `/users/:id` is `/users/[id]`, and `/files/*` is
 * `/files/[...path]`.
 *
 * @param wildcard the name of the wildcard in `params`. Default: `*`
 */
export function toFilePath(pattern: string, wildcard = '*'): string {
  const { text } = readPattern(pattern);
  return text
    .replaceAll(/::|:([A-Za-z_$][\w$]*)/g, (_match, name?: string) =>
      name === undefined ? ':' : `[${name}]`,
    )
    .replace(/\*$/, `[...${wildcard}]`);
}
