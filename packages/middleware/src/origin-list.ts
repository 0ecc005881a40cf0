import type { Report } from '@blaizejs/errors/internal';

import { isOrigin, problemOfOrigin } from './origin.ts';

/**
 * Compiles a list to one test. Texts are compared exactly, and a pattern has to match the whole origin: one that is not anchored
 * would also match `https://example.com.attacker.net`.
 */
export function compileList(list: readonly (string | RegExp)[]): (origin: string) => boolean {
  const texts = new Set(list.filter((each) => typeof each === 'string'));
  const patterns = list.filter((each) => each instanceof RegExp).map(wholly);
  if (patterns.length === 0) return (origin) => texts.has(origin);
  return (origin) => texts.has(origin) || (isOrigin(origin) && patterns.some((each) => each.test(origin)));
}

/** A copy that matches the whole text only. Without `g` and `y`, because these begin where the last match has ended. */
function wholly({ source, flags }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, flags.replaceAll(/[gmy]/g, ''));
}

/** Reports an item that is neither a pattern nor an origin that browsers send. */
export function checkItem(value: unknown, path: string, expected: string, report: Report): void {
  if (value instanceof RegExp) return;
  const suggestion = typeof value === 'string' ? problemOfOrigin(value) : undefined;
  if (typeof value !== 'string' || suggestion !== undefined) report(path, value, expected, suggestion);
}
