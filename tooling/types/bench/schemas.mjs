/** The API that is built with each framework: a resource a file, with one operation that has all that operations have. */

/** The schemas of a resource. @param {number} index */
export const schemas = (index) => `\
import { z } from 'zod';

export const Item${index} = z.object({
  id: z.string(),
  name: z.string().min(1),
  price: z.number().nonnegative(),
  state: z.enum(['draft', 'published', 'gone${index}']),
  tags: z.array(z.string()),
  owner: z.object({ id: z.string(), name: z.string().optional() }),
});
export const NewItem${index} = Item${index}.omit({ id: true, owner: true }).partial({ tags: true });
export const Page${index} = z.object({ page: z.coerce.number().default(1), verbose: z.stringbool().optional() });
`;

/** What the operation returns. @param {string} id @param {string} body */
export const result = (id, body) => `{ ...${body}, tags: ${body}.tags ?? [], id: ${id}, owner: { id: 'x' } }`;

/** The body of a call. @param {number} index */
export const body = (index) => `{ name: 'x', price: 1, state: 'gone${index}' as const }`;

/** @typedef {Readonly<Record<string, string>>} Files by path */

/**
 * @typedef {object} Framework
 * @property {string} name
 * @property {readonly string[]} packages that its projects import
 * @property {(count: number) => Files} server
 * @property {(calls: readonly number[]) => string} client a module beside `server/` that calls some resources, uses what they
 *   return, and has one mistake, marked by `@ts-expect-error`
 * @property {string} complete what somebody has typed in the client before asking what comes next
 */

/** One entry for each of so many resources. @template T @param {number} count @param {(index: number) => T} make */
export const each = (count, make) => Array.from({ length: count }, (_, index) => make(index));
