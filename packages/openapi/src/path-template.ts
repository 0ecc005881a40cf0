import { formsOf, readPattern } from '@blaizejs/router/internal';
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
  return formsOf(pattern)
    .reverse()
    .map((form) => template(form, params, wildcard));
}

function template(form: string, params: readonly string[], wildcard: string | undefined): PathTemplate {
  const parameters: { name: string; param: string; isWildcard: boolean }[] = [];
  let path = '';
  let key = '';
  for (const part of readPattern(form).parts) {
    if (typeof part === 'string') {
      path += part;
      key += part;
      continue;
    }
    const isWildcard = part.name === '*';
    const param = params[parameters.length] ?? part.name;
    const name = isWildcard && wildcard === '*' ? WILDCARD : param;
    parameters.push({ name, param, isWildcard });
    path += `{${name}}`;
    key += '{}';
  }
  return { path, key, parameters };
}
