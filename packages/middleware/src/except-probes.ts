import { isProbe } from '@blaizejs/context/internal';
import type { HookContext } from '@blaizejs/types';

/**
 * A `skip` that leaves out the probes of a health plugin, too: a server that refuses them under load is taken out of
 * service, and the others get its load.
 */
export function exceptProbes<Needs>(
  skip: ((ctx: HookContext<Needs>) => boolean) | undefined,
): (ctx: HookContext<Needs>) => boolean {
  return skip ? (ctx) => isProbe(ctx) || skip(ctx) : isProbe;
}
