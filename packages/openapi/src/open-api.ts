import { createPlugin } from '@blaizejs/plugins';
import type { Plugin, PluginTarget } from '@blaizejs/types';

import { CachedDocument } from './cached-document.ts';
import { checkPluginOptions, type OpenApiOptions, placesOf } from './options.ts';
import { serve } from './serve.ts';

const NAME = 'openapi';

const plugin = createPlugin(NAME, '1.0.0', async (server: PluginTarget, options: OpenApiOptions) => {
  const { path: _path, docs: _docs, middleware = [], ...described } = options;
  const { path, docs } = placesOf(options);
  const production = server.mode === 'production';
  // In production, a misspelt example should not take the document away.
  const document = new CachedDocument(server, {
    ...described,
    strict: !production,
    onWarning: (message) => server.log.warn(`OpenAPI: ${message}`),
  });
  const add = (at: string, handler: Parameters<typeof serve>[0]): void => {
    server.router.addRoute('GET', at, {
      docs: { visibility: 'hidden' },
      middleware: middleware as never,
      handler: serve(handler),
    });
  };
  add(path, () => document.read());
  if (!docs || (production && !docs.production)) return;
  const { DocsPage } = await import('./docs-page.ts');
  const page = await DocsPage.load({
    at: docs.path,
    document: path,
    title: described.info.title,
    servers: described.servers ?? [],
  });
  add(docs.path, (ctx) => page.read(ctx.request.path));
  for (const [name, file] of page.files) add(`${docs.path}/${name}`, () => file);
});

/**
 * Serves the OpenAPI document of an app or a server, and a page that shows it. Both are routes, which the document does not
 * list. The document is built when it is first asked for, and again after routes have changed.
 *
 * ```ts
 * createServer({
 *   routesDir,
 *   plugins: [openApi({ info: { title: 'Bookmarks', version: '1.0.0' }, docs: '/docs' })],
 * });
 * ```
 *
 * In development, names that clash and examples that do not fit are the answer to whoever asks for the document (500
 * `ERR_BLAIZE_OPENAPI`); in production they are logged.
 *
 * @throws ConfigurationError for options that are not valid
 */
export function openApi(options: OpenApiOptions): Plugin {
  checkPluginOptions(options);
  return plugin(options);
}
