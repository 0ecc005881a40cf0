import { parseArgs } from 'node:util';

import { CASES } from './cases.mjs';
import { FRAMEWORKS } from './frameworks.mjs';

/** @import { Case, Protocol } from './cases.mjs' */

export class UsageError extends Error {}

/** The case for measuring cold processes. */
export const START_UP = 'start-up';

/**
 * @typedef {object} Options
 * @property {number} rounds
 * @property {number} seconds of each
 * @property {number} startUpRuns
 * @property {readonly string[]} only frameworks; an empty list selects all
 * @property {readonly Case[]} cases
 * @property {boolean} startUp
 * @property {readonly Protocol[]} protocols
 * @property {readonly string[]} nodes binaries
 * @property {boolean} write
 * @property {boolean} help
 */

export const USAGE = `pnpm bench [options]

  --rounds <n>         rounds in which the frameworks take turns (7)
  --seconds <n>        seconds of each (3)
  --only <names>       frameworks: ${FRAMEWORKS.map(({ name }) => name).join(', ')}; "raw" is all that begin so
  --case <names>       ${[...CASES.map(({ name }) => name), START_UP].join(', ')}
  --protocol <name>    h1 or h2
  --node <path>        a Node to run the servers on, repeatable (this one)
  --quick              2 rounds of a second: does it work?
  --write              writes RESULTS.md; the default where nothing was left out`;

/** @param {readonly string[]} args @returns {Options} @throws UsageError */
export function parseOptions(args) {
  const { values } = parse(args);
  const only = listOf(values.only);
  const names = listOf(values.case);
  const protocol = values.protocol;
  const known = FRAMEWORKS.map(({ name }) => name);
  for (const name of only) {
    if (!known.some((one) => one === name || one.startsWith(`${name}-`)))
      throw new UsageError(`There is no framework "${name}", only ${known.join(', ')}.`);
  }
  const cases = [...CASES.map(({ name }) => name), START_UP];
  for (const name of names) {
    if (!cases.includes(name)) throw new UsageError(`There is no case "${name}", only ${cases.join(', ')}.`);
  }
  if (protocol !== undefined && protocol !== 'h1' && protocol !== 'h2') {
    throw new UsageError(`There is no protocol "${protocol}", only h1 and h2.`);
  }
  const isWhole = only.length === 0 && names.length === 0 && protocol === undefined && !values.quick;
  return {
    rounds: numberOf('rounds', values.rounds, values.quick ? 2 : 7),
    seconds: numberOf('seconds', values.seconds, values.quick ? 1 : 3),
    startUpRuns: values.quick ? 3 : 15,
    only,
    cases: CASES.filter(({ name }) => names.length === 0 || names.includes(name)),
    startUp: names.length === 0 || names.includes(START_UP),
    protocols: protocol === undefined ? ['h1', 'h2'] : [protocol],
    nodes: values.node ?? [process.execPath],
    write: values.write ?? isWhole,
    help: values.help ?? false,
  };
}

/** @param {readonly string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args: args.filter((arg) => arg !== '--'),
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        only: { type: 'string', multiple: true },
        case: { type: 'string', multiple: true },
        protocol: { type: 'string' },
        node: { type: 'string', multiple: true },
        quick: { type: 'boolean' },
        write: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message);
  }
}

/** @param {readonly string[]} [values] */
function listOf(values = []) {
  return values.flatMap((value) => value.split(',')).filter((name) => name !== '');
}

/** @param {string} name @param {string | undefined} value @param {number} fallback */
function numberOf(name, value, fallback) {
  const number = value === undefined ? fallback : Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError(`--${name} is a whole number above 0, not "${value}".`);
  return number;
}
