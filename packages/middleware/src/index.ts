export { compose, type Composable, type Composed } from './compose.ts';
export { createMiddleware, toMiddleware, type MiddlewareOptions } from './create-middleware.ts';
export type * from '@blaizejs/types';
