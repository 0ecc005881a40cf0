import type { RouteTableOptions } from './route-table.ts';

const PLAIN = /^\/(?:[\w-]+(?:\/[\w-]+)*\/?)?$/;
const OPTIONAL = /(\/:[^/()]*)\?(\/?)$/;

/** Whether a pattern is a path of words: nothing in it can be wrong, or stand for anything else. */
export function isPlain(pattern: string): boolean {
  return PLAIN.test(pattern);
}

/** Expands an optional parameter: `/users/:id?` stands for `/users/:id` and `/users`, in this order. */
export function formsOf(pattern: string): string[] {
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
  /** Texts and parameters in order; in a text, a doubled colon is a single one. */
  readonly parts: readonly (string | { readonly name: string })[];
}

/** Reads a pattern as find-my-way does. */
export function readPattern(pattern: string): PatternParts {
  const [full = ''] = formsOf(pattern);
  const names: string[] = [];
  const parts: (string | { readonly name: string })[] = [];
  let text = '';
  let literal = '';
  const addName = (name: string): void => {
    names.push(name);
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push({ name });
  };
  for (let index = 0; index < full.length; index++) {
    const character = full.charAt(index);
    if (character !== ':') {
      text += character;
      if (character === '*') addName('*');
      else literal += character;
      continue;
    }
    const start = ++index;
    // A doubled colon stands for a single one.
    if (full[start] === ':') {
      text += '::';
      literal += ':';
      continue;
    }
    while (index < full.length && !'(-./'.includes(full.charAt(index))) index++;
    addName(full.slice(start, index));
    text += `:${full.slice(start, index)}`;
    // A regular expression may contain colons and asterisks.
    index = full[index] === '(' ? closingParenthesis(full, index) : index - 1;
  }
  if (literal !== '') parts.push(literal);
  return { names, text, parts };
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

/** Where the parenthesis that opens there is closed; the length of the pattern if it is not. */
export function closingParenthesis(pattern: string, open: number): number {
  let depth = 0;
  for (let index = open; index < pattern.length; index++) {
    const character = pattern[index];
    if (character === '\\') index++;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return index;
  }
  return pattern.length;
}
