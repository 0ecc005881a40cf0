import { readPattern } from './route-pattern.ts';

/**
 * A pattern in the notation of route files and clients: `/users/:id` becomes `/users/[id]`, and `/files/*` becomes
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
