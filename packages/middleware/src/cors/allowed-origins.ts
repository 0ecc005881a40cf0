import type { HookContext } from '@blaizejs/types';

import { isOrigin } from '../origin.ts';
import { compileList } from '../origin-list.ts';

/** Decides whether pages from an origin may read the answer. */
export type OriginTest = (origin: string, ctx: HookContext) => boolean | Promise<boolean>;

/** What the option `origin` takes. */
export type OriginRule = string | RegExp | OriginTest | readonly (string | RegExp)[];

/** Compiles the option `origin` to one test. A function is asked about origins only, not about anything that is none. */
export function compileOrigins(rule: OriginRule): OriginTest {
  if (typeof rule === 'function') return (origin, ctx) => isOrigin(origin) && rule(origin, ctx);
  return compileList(typeof rule === 'string' || rule instanceof RegExp ? [rule] : rule);
}
