import type { RouteTableOptions } from './route-table.ts';

const OPTIONAL = /(\/:[^/()]*)\?(\/?)$/;

/** Expands an optional parameter: `/users/:id?` stands for `/users/:id` and `/users`. */
function formsOf(pattern: string): string[] {
  const optional = OPTIONAL.exec(pattern);
  if (!optional) return [pattern];
  const [, parameter = '', slash = ''] = optional;
  const before = pattern.slice(0, optional.index);
  return [before + parameter + slash, before + slash || '/'];
}

/** The parts of a pattern. */
export interface PatternParts {
  /** The names of its parameters in order; `*` for a wildcard. */
  readonly names: readonly string[];
  /** The pattern without its regular expressions. */
  readonly text: string;
}

/** Reads a pattern as find-my-way does. */
export function readPattern(pattern: string): PatternParts {
  const [full = ''] = formsOf(pattern);
  const names: string[] = [];
  let text = '';
  for (let index = 0; index < full.length; index++) {
    if (full[index] === '*') names.push('*');
    if (full[index] !== ':') {
      text += full.charAt(index);
      continue;
    }
    const start = ++index;
    // A doubled colon stands for a single one.
    if (full[start] === ':') {
      text += '::';
      continue;
    }
    while (index < full.length && !'(-./'.includes(full.charAt(index))) index++;
    names.push(full.slice(start, index));
    text += `:${full.slice(start, index)}`;
    // A regular expression may contain colons and asterisks.
    index = full[index] === '(' ? closingParenthesis(full, index) : index - 1;
  }
  return { names, text };
}

/**
 * Keys that are equal for patterns that serve the same requests: parameter names make no difference.
 *
 * @param constraint the key of the constraints; empty for none
 */
export function keysOf(
  method: string,
  pattern: string,
  options: RouteTableOptions,
  constraint = '',
): string[] {
  return formsOf(pattern).map((form) => {
    let key = form.replaceAll(/(::)|:[A-Za-z_$][\w$]*/g, (_match, escaped?: string) => escaped ?? ':');
    if (options.caseSensitive === false) key = key.toLowerCase();
    if (options.ignoreTrailingSlash) key = key.replace(/(?<=.)\/$/, '');
    return constraint === '' ? `${method} ${key}` : `${method} ${key} ${constraint}`;
  });
}

function closingParenthesis(pattern: string, open: number): number {
  let depth = 0;
  for (let index = open; index < pattern.length; index++) {
    const character = pattern[index];
    if (character === '\\') index++;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return index;
  }
  return pattern.length;
}
