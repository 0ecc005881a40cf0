import type { RouteTableOptions } from './route-table.ts';

const OPTIONAL = /(\/:[^/()]*)\?(\/?)$/;

/** The patterns that one with an optional parameter stands for: `/users/:id?` is `/users/:id` and `/users`. */
function formsOf(pattern: string): string[] {
  const optional = OPTIONAL.exec(pattern);
  if (!optional) return [pattern];
  const [, parameter = '', slash = ''] = optional;
  const before = pattern.slice(0, optional.index);
  return [before + parameter + slash, before + slash || '/'];
}

/** A pattern, taken apart. */
export interface PatternParts {
  /** The names of its parameters in their order, `*` for a wildcard. */
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
    // A doubled colon is a plain one.
    if (full[start] === ':') {
      text += '::';
      continue;
    }
    while (index < full.length && !'(-./'.includes(full.charAt(index))) index++;
    names.push(full.slice(start, index));
    text += `:${full.slice(start, index)}`;
    // A regular expression may hold colons and asterisks of its own.
    index = full[index] === '(' ? closingParenthesis(full, index) : index - 1;
  }
  return { names, text };
}

/** The same for patterns that serve the same requests: the names of parameters make no difference. */
export function keysOf(method: string, pattern: string, options: RouteTableOptions): string[] {
  return formsOf(pattern).map((form) => {
    let key = form.replaceAll(/(::)|:[A-Za-z_$][\w$]*/g, (_match, escaped?: string) => escaped ?? ':');
    if (options.caseSensitive === false) key = key.toLowerCase();
    if (options.ignoreTrailingSlash) key = key.replace(/(?<=.)\/$/, '');
    return `${method} ${key}`;
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
