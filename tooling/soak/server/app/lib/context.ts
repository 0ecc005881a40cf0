import type { Context as AnyContext } from '../../../../../packages/types/src/index.ts';

/** Counts what is under way in handlers. */
export interface Gauge {
  open: number;
}

/** What the handlers get: a context with the services of the plugin in server.ts. */
export type Context = AnyContext & { readonly services: { readonly gauge: Gauge } };
