import { parseArgs } from 'node:util';

/** The arguments are wrong; `message` says why, and what is allowed. */
export class UsageError extends Error {}

/**
 * Parses options whose values are numbers above 0: `--seconds 20`.
 *
 * @template {string} Name
 * @param {string[]} argv
 * @param {readonly Name[]} names
 * @returns {Partial<Record<Name, number>>}
 * @throws UsageError
 */
export function readNumbers(argv, names) {
  const usage = `The options are ${names.map((name) => `--${name} <number>`).join(', ')}.`;
  /** @type {Record<string, string | boolean | undefined>} */
  let values;
  try {
    const options = Object.fromEntries(
      names.map((name) => [name, { type: /** @type {const} */ ('string') }]),
    );
    // pnpm passes on the `--` of `pnpm soak -- --seconds 20`.
    values = parseArgs({ args: argv.filter((word) => word !== '--'), options }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
  const numbers = Object.entries(values).map(([name, text]) => {
    const number = Number(text);
    if (!Number.isFinite(number) || number <= 0)
      throw new UsageError(`--${name} ${text} is no number above 0.\n${usage}`);
    return [name, number];
  });
  return /** @type {Partial<Record<Name, number>>} */ (Object.fromEntries(numbers));
}
