export { compareDocuments, type DocumentChange } from './compare-documents.ts';
export type * from './document.ts';
export { openApi } from './open-api.ts';
export { openApiDocument } from './open-api-document.ts';
export type {
  DocsOptions,
  DocumentOptions,
  OpenApiDocumentOptions,
  OpenApiOptions,
  RouteSource,
} from './options.ts';
export { OpenApiError } from './problems.ts';
export type {
  Middleware,
  MiddlewareInput,
  Plugin,
  RouteInfo,
  SecurityScheme,
  SecuritySchemes,
} from '@blaizejs/types';
