import { fileURLToPath } from 'node:url';

import { createEngine } from './eta/engine.ts';
import { type Filter, resolveOptions, type ViewsOptions } from './eta/options.ts';
import { ViewFiles } from './eta/view-files.ts';
import { html, type Html } from './html/html.ts';
import { misuse, unsafe } from './html/values.ts';

export type { Filter, Html, ViewsOptions };

/**
 * Templates in files.
 *
 * @typeParam Data what each template takes, by name
 */
export interface Views<Data extends { readonly [Name in keyof Data]: object } = Record<string, object>> {
  /**
   * Renders a template. A handler returns the result, or puts it into another page.
   *
   * @param name its path in the folder, without `.eta`: `users/list`
   * @param data is `it` in the template
   * @throws BlaizeError `ERR_BLAIZE_TEMPLATE` if there is no such template, or it fails; the message has file and line
   */
  render<Name extends keyof Data & string>(
    name: Name,
    ...data: object extends Data[Name] ? [data?: Data[Name]] : [data: Data[Name]]
  ): Html;
}

/**
 * Templates of [Eta](https://eta.js.org) in a folder, with layouts and partials. `<%= it.name %>` escapes text; HTML of `html` and
 * `unsafe()` is written as it is. Other than `html`, they do not look at where a value stands: put attributes into quotes, and no
 * values into scripts, styles and addresses.
 *
 * ```ts
 * const views = createViews<{ home: { user: string } }>({ folder: 'views' });
 *
 * createGetRoute({ handler: () => views.render('home', { user: 'Ada' }) });
 * ```
 *
 * @typeParam Data what each template takes, by name
 * @throws ConfigurationError if an option is not valid
 */
export function createViews<Data extends { readonly [Name in keyof Data]: object } = Record<string, object>>(
  options: ViewsOptions,
): Views<Data> {
  const { folder, filters, cache = process.env['NODE_ENV'] === 'production' } = resolveOptions(options);
  const files = new ViewFiles(folder instanceof URL ? fileURLToPath(folder) : folder);
  const engine = createEngine(files, filters, cache);
  return {
    render: (name, ...[data]) => {
      if (typeof name !== 'string')
        throw misuse(`The name of a template is a text, not a value of type ${typeof name}.`);
      // What a client has sent as data must not pass for blocks, which are HTML.
      return html`${unsafe(engine.render(name, { ...data, __blocks: undefined }))}`;
    },
  };
}
