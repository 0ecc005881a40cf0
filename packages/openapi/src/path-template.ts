import type { RouteInfo } from '@blaizejs/types';

/** The path of a route as OpenAPI writes it. */
export interface PathTemplate {
  /** `/users/{id}` */
  readonly path: string;
  /** The same for templates that differ only in the names of their parameters: those are the same path. */
  readonly key: string;
  /** The parameters in order: as in the template, and as in `ctx.request.params`. */
  readonly parameters: readonly {
    readonly name: string;
    readonly param: string;
    readonly isWildcard: boolean;
  }[];
}

const WILDCARD = 'wildcard';

/**
 * Turns a pattern of find-my-way into path templates: `/users/:id` into `/users/{id}`. A pattern that ends in an optional
 * parameter, which OpenAPI does not have, becomes two.
 */
export function pathTemplates({
  pattern,
  params,
  wildcard,
}: Pick<RouteInfo, 'pattern' | 'params' | 'wildcard'>): PathTemplate[] {
  const optional = /^(.*)(\/:[^/()]*)\?(\/?)$/.exec(pattern);
  if (!optional) return [template(pattern, params, wildcard)];
  const [, before = '', parameter = '', slash = ''] = optional;
  return [
    template(before + slash || '/', params.slice(0, -1), undefined),
    template(before + parameter + slash, params, wildcard),
  ];
}

function template(pattern: string, params: readonly string[], wildcard: string | undefined): PathTemplate {
  const parameters: { name: string; param: string; isWildcard: boolean }[] = [];
  let path = '';
  let key = '';
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index);
    const isDoubled = character === ':' && pattern[index + 1] === ':';
    if ((character !== ':' && character !== '*') || isDoubled) {
      if (isDoubled) index++;
      path += character;
      key += character;
      continue;
    }
    const param = params[parameters.length] ?? character;
    const isWildcard = character === '*';
    const name = isWildcard && wildcard === '*' ? WILDCARD : param;
    if (!isWildcard) {
      while (index + 1 < pattern.length && !'(-./'.includes(pattern.charAt(index + 1))) index++;
      if (pattern[index + 1] === '(') index = endOfGroup(pattern, index + 1);
    }
    parameters.push({ name, param, isWildcard });
    path += `{${name}}`;
    key += '{}';
  }
  return { path, key, parameters };
}

function endOfGroup(pattern: string, open: number): number {
  let depth = 0;
  for (let index = open; index < pattern.length; index++) {
    if (pattern[index] === '\\') index++;
    else if (pattern[index] === '(') depth++;
    else if (pattern[index] === ')' && --depth === 0) return index;
  }
  return pattern.length;
}
