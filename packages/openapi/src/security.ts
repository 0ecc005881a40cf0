import type { RouteInfo, SecurityScheme, SecuritySchemes } from '@blaizejs/types';

import { canonical, sorted } from './json.ts';
import { nameOf } from './operation-id.ts';
import type { Findings } from './problems.ts';

/** What a client needs: any one of these sets of schemes with their scopes. */
export type Requirements = Record<string, string[]>[];

/** Finds what routes require of clients, and collects the schemes. */
export class Security {
  readonly #schemes = new Map<string, { readonly scheme: SecurityScheme; readonly origin: string }>();
  readonly #findings: Findings;
  readonly #used = new Set<string>();

  /** @param known schemes that `docs.security` may name although no middleware declares them */
  constructor(known: SecuritySchemes, findings: Findings) {
    this.#findings = findings;
    this.#add(known, 'the options');
  }

  /** The schemes that routes use, by name. */
  get schemes(): Record<string, SecurityScheme> {
    const used = [...this.#schemes].filter(([name]) => this.#used.has(name));
    return sorted(Object.fromEntries(used.map(([name, { scheme }]) => [name, scheme])));
  }

  /**
   * What a route requires; undefined if it declares nothing. The schemes of one middleware are alternatives; every middleware
   * has to be satisfied. Of optional schemes any one will do, or none if nothing requires scopes.
   *
   * @param before what global middleware declares
   */
  of(route: RouteInfo, before: readonly SecuritySchemes[]): Requirements | undefined {
    const declared = [...before, ...route.security].filter((schemes) => Object.keys(schemes).length > 0);
    for (const schemes of declared) this.#add(schemes, nameOf(route));
    const stated = route.docs.security;
    const requirements = stated
      ? stated.map((set) =>
          Object.fromEntries(Object.entries(set).map(([name, scopes]) => [name, [...scopes]])),
        )
      : requirementsOf(declared);
    if (!requirements) return undefined;
    for (const name of requirements.flatMap((set) => Object.keys(set))) {
      this.#used.add(name);
      if (this.#schemes.has(name)) continue;
      this.#findings.problem(
        `${nameOf(route)}: docs.security names the scheme ${JSON.stringify(name)}, which neither middleware nor the option securitySchemes declares.`,
      );
    }
    return requirements;
  }

  #add(schemes: SecuritySchemes, origin: string): void {
    for (const [name, { optional: _optional, ...scheme }] of Object.entries(schemes)) {
      if (scheme.type === 'scopes') continue;
      const known = this.#schemes.get(name);
      if (!known) this.#schemes.set(name, { scheme, origin });
      else if (canonical(known.scheme) !== canonical(scheme)) {
        this.#findings.problem(
          `Two security schemes have the name ${JSON.stringify(name)}: one of ${known.origin}, and another of ${origin}. Rename one.`,
        );
      }
    }
  }
}

/** What middleware that declares these schemes requires, taken together. */
function requirementsOf(declared: readonly SecuritySchemes[]): Requirements | undefined {
  const all = declared.map((schemes) => Object.entries(schemes));
  const scopes = all.flatMap((schemes) => {
    const ways = schemes.flatMap(([, scheme]) => (scheme.type === 'scopes' ? [scheme.scopes] : []));
    return ways.length > 0 ? [ways] : [];
  });
  const named = all
    .map((schemes) => schemes.filter(([, { type }]) => type !== 'scopes'))
    .filter((schemes) => schemes.length > 0);
  const needed = named.filter((schemes) => !schemes.every(([, { optional }]) => optional));
  const namesOf = (schemes: (typeof named)[number]) => schemes.map(([name]) => name);
  if (needed.length > 0) return withScopes(combine(needed.map(namesOf)), scopes);
  if (named.length === 0) return undefined;
  const any = combine([[...new Set(named.flatMap(namesOf))]]);
  return scopes.length > 0 ? withScopes(any, scopes) : [...any, {}];
}

/** @param scopes what each guard asks for: any of these lists */
function withScopes(sets: Requirements, scopes: readonly (readonly (readonly string[])[])[]): Requirements {
  return scopes.reduce<Requirements>(
    (so, ways) =>
      so.flatMap((set) =>
        ways.map((way) =>
          Object.fromEntries(
            Object.entries(set).map(([name, had]) => [name, [...new Set([...had, ...way])].sort()]),
          ),
        ),
      ),
    sets,
  );
}

function combine(declared: readonly (readonly string[])[]): Requirements {
  const sets = declared.reduce<string[][]>(
    (so, names) => smallest(so.flatMap((set) => names.map((name) => [...new Set([...set, name])].sort()))),
    [[]],
  );
  return sets.map((set) => Object.fromEntries(set.map((name) => [name, []])));
}

/** Removes sets that contain another set: whoever satisfies them satisfies the smaller one. */
function smallest(sets: readonly string[][]): string[][] {
  const distinct = [...new Map(sets.map((set) => [set.join(' '), set])).values()];
  return distinct.filter(
    (set) => !distinct.some((other) => other !== set && other.every((name) => set.includes(name))),
  );
}
