import { onTestFinished } from 'vitest';

import { startTestServer } from '@blaizejs/testing';
import type { Middleware, RouteInfo } from '@blaizejs/types';

import { type OpenApiDocument, openApiDocument, type OpenApiDocumentOptions } from '../src/index.ts';

export const INFO = { title: 'Test', version: '1.0.0' };

/** Routes by method and pattern: `GET /users/:id`. */
export type Routes = Readonly<Record<string, object>>;

/** What a server serves that has these routes. */
export async function served(
  routes: Routes,
  middleware: Middleware[] = [],
): Promise<{
  routes: readonly RouteInfo[];
  router: { routes: readonly RouteInfo[] };
  middleware: readonly Middleware[];
}> {
  const app = await startTestServer({ middleware });
  onTestFinished(() => app.close());
  for (const [name, route] of Object.entries(routes)) {
    const [method = '', pattern = ''] = name.split(' ');
    app.server.router.addRoute(method, pattern, { handler: () => undefined, ...route });
  }
  const { router } = app.server;
  return { routes: router.routes, router, middleware: app.server.middleware };
}

/** The document of some routes, and what it could not describe. */
export async function describeRoutes(
  routes: Routes,
  options: Partial<OpenApiDocumentOptions> & { global?: Middleware[] } = {},
): Promise<{ document: OpenApiDocument; warnings: string[] }> {
  const { global = [], ...rest } = options;
  const warnings: string[] = [];
  const document = await openApiDocument(await served(routes, global), {
    info: INFO,
    onWarning: (message) => warnings.push(message),
    ...rest,
  });
  return { document, warnings };
}
