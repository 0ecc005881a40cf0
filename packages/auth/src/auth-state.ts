import type { Challenge } from './challenge.ts';

/** What the authentication of a request has found so far. Guards read it. */
export interface AuthState {
  /** How the client may authenticate: one for each middleware that has looked for credentials. */
  readonly challenges: Challenge[];
  /** How the user has authenticated. */
  proven?: { readonly challenge: Challenge; readonly scopes: readonly string[] } | undefined;
}

// Known to all copies of this module. A symbol, so that logs and copies of `ctx.state` are without it.
const KEY = Symbol.for('blaizejs.auth');

/** What is known of a request, by its `ctx.state`. */
export function authStateOf(state: object): AuthState {
  const holder = state as { [KEY]?: AuthState };
  const known = holder[KEY];
  if (known) return known;
  const made: AuthState = { challenges: [] };
  Object.defineProperty(holder, KEY, { value: made });
  return made;
}
