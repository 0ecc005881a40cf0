export { compose, type ComposedMiddleware } from './compose.ts';
export { createMiddleware, type MiddlewareOptions } from './create-middleware.ts';
