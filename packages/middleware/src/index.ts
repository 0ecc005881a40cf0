export { compose, type ComposedMiddleware } from './compose.ts';
export { createMiddleware, type MiddlewareOptions } from './create-middleware.ts';
export type {
  Context,
  ContextRequest,
  ContextResponse,
  HookContext,
  Logger,
  Middleware,
  MiddlewareContext,
  MiddlewareHandler,
  MiddlewareInput,
  MiddlewareResult,
  Next,
  PathParams,
  QueryParams,
  RouteInfo,
  Services,
  State,
} from '@blaizejs/types';
