import type { OpenApiDocument, OpenApiOperation } from './document.ts';
import { canonical } from './json.ts';

type Side = readonly [operation: OpenApiOperation, document: OpenApiDocument];

/** Finds what clients need now that they did not need before. */
export function compareSecurity(
  before: Side,
  after: Side,
): { readonly kind: 'breaking' | 'change'; readonly message: string }[] {
  const [old, now] = [waysOf(before), waysOf(after)];
  if (canonical(old) === canonical(now)) return [];
  // Whoever got in before has to get in with the same.
  const shut = old.filter((way) => !now.some((needs) => needs.every((need) => way.includes(need))));
  if (shut.length === 0) return [{ kind: 'change', message: `can be called with ${describe(now)} now` }];
  return [{ kind: 'breaking', message: `needs ${describe(now)} now, and needed ${describe(old)}` }];
}

/** The ways in: for each, everything that it needs. A scheme that is described in another way is another one. */
function waysOf([{ security }, { components }]: Side): string[][] {
  const ways = (security ?? []).map((set) =>
    Object.entries(set).flatMap(([name, scopes]) => {
      const { description: _text, ...scheme } = components?.securitySchemes?.[name] ?? { type: name };
      return [`${name} ${canonical(scheme)}`, ...scopes.map((scope) => `${name}:${scope}`)];
    }),
  );
  return ways.length === 0 ? [[]] : ways;
}

function describe(ways: readonly (readonly string[])[]): string {
  const words = ways.map((way) =>
    way.length === 0 ? 'nothing' : way.map((need) => need.split(' ')[0]).join(' and '),
  );
  return [...new Set(words)].join(', or ');
}
