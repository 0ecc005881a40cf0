import type { Middleware } from '@blaizejs/types';

import { createMiddleware } from '../create-middleware.ts';
import { readStaticOptions, type StaticOptions } from './options.ts';
import { StaticFiles } from './static-files.ts';

/**
 * Serves the files of a folder to GET and HEAD: with ranges, conditional requests, files that are compressed already, index
 * files, and a fallback for single-page apps.
 *
 * ```ts
 * createServer({
 *   middleware: [serveStatic({ root: new URL('../public', import.meta.url), immutable: /^assets\// })],
 * });
 * ```
 *
 * A route comes before a file, unless its path ends in a wildcard. What it does not find, it leaves to the rest of the
 * middleware, and then to the 404. Hidden files, and links that leave the folder, are not found.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists every problem of the options
 */
export function serveStatic(options: StaticOptions): Middleware {
  const files = new StaticFiles(readStaticOptions(options));
  return createMiddleware({
    name: 'serveStatic',
    onRequest: (ctx) => files.serve(ctx),
    onError: (error, ctx) => files.refuseMethod(error, ctx),
  });
}
