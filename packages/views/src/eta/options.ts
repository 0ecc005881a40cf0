import { statSync } from 'node:fs';

import {
  checkOptions,
  flag,
  is,
  isObject,
  optional,
  options as shapeOf,
  orElse,
} from '@blaizejs/errors/internal';

/** A function for templates: `<%= money(it.price) %>`. */
export type Filter = (...args: never[]) => unknown;

/** The options of {@link createViews}. */
export interface ViewsOptions {
  /** The folder of the templates, `….eta`. Nothing outside of it is ever read. */
  readonly folder: string | URL;
  /** Functions that all templates may call, by name. */
  readonly filters?: Readonly<Record<string, Filter>> | undefined;
  /**
   * Whether to read each template once only. Without it, they are read whenever they are rendered, so that changes show up. Default:
   * true if `NODE_ENV` is `production`.
   */
  readonly cache?: boolean | undefined;
}

const NAME = /^[A-Za-z_$][\w$]*$/;
// What templates have already, and words that are no names.
const TAKEN = new Set(
  (
    'it options include includeAsync layout block blockAsync capture captureAsync output this arguments eval await async break case ' +
    'catch class const continue debugger default delete do else enum export extends false finally for function if implements import ' +
    'in instanceof interface let new null package private protected public return static super switch throw true try typeof ' +
    'undefined var void while with yield'
  ).split(' '),
);

const check = shapeOf(
  {
    folder: is<string | URL>('the path of a folder that exists', isFolder),
    filters: orElse<Readonly<Record<string, Filter>>>((value, path, report) => {
      const given = isObject(value) ? value : {};
      if (!isObject(value)) report(path, value, 'an object of functions, by name');
      for (const [name, filter] of Object.entries(given)) {
        if (typeof filter !== 'function') report(`${path}.${name}`, filter, 'a function');
        if (!NAME.test(name) || TAKEN.has(name) || name.startsWith('__eta')) {
          report(`${path}.${name}`, name, 'the name of a variable that templates do not have yet');
        }
      }
      return given as Readonly<Record<string, Filter>>;
    }, {}),
    cache: optional(flag),
  },
  "an object of options, such as { folder: 'views' }",
);

function isFolder(value: unknown): boolean {
  if (typeof value !== 'string' && !(value instanceof URL)) return false;
  try {
    // Without `bigint`, Node 20 and 22 would no longer follow links to modules after a pipe or socket (nodejs/node#51142).
    return statSync(value, { bigint: true }).isDirectory();
  } catch {
    return false;
  }
}

/** @throws ConfigurationError that lists every problem */
export function resolveOptions(options: ViewsOptions): ReturnType<typeof check> {
  return checkOptions(check, options, 'createViews()');
}
