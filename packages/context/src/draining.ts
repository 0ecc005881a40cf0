import type { AnyContext } from '@blaizejs/types';

/** What aborts when the server of a request is about to stop; undefined for contexts that no server has made. */
export function drainingOf(ctx: Pick<AnyContext, 'request'>): AbortSignal | undefined {
  return (ctx as { readonly settings?: { readonly draining?: AbortSignal | undefined } }).settings?.draining;
}
