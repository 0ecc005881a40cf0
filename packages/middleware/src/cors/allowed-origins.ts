import type { HookContext } from '@blaizejs/types';

import { isOrigin } from '../origin.ts';

/** Decides whether pages from an origin may read the answer. */
export type OriginTest = (origin: string, ctx: HookContext) => boolean | Promise<boolean>;

/** What the option `origin` takes. */
export type OriginRule = string | RegExp | OriginTest | readonly (string | RegExp)[];

/**
 * Compiles the option `origin` to one test. Texts are compared exactly, and a pattern has to match the whole origin: one that
 * is not anchored would also match `https://example.com.attacker.net`.
 */
export function compileOrigins(rule: OriginRule): OriginTest {
  if (typeof rule === 'function') return (origin, ctx) => isOrigin(origin) && rule(origin, ctx);
  const all = typeof rule === 'string' || rule instanceof RegExp ? [rule] : rule;
  const texts = new Set(all.filter((each) => typeof each === 'string'));
  const patterns = all.filter((each) => each instanceof RegExp).map(wholly);
  if (patterns.length === 0) return (origin) => texts.has(origin);
  return (origin) => texts.has(origin) || (isOrigin(origin) && patterns.some((each) => each.test(origin)));
}

/** A copy that matches the whole text only. Without `g` and `y`, because these begin where the last match has ended. */
function wholly({ source, flags }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, flags.replaceAll(/[gmy]/g, ''));
}
