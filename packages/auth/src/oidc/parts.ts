import type { SessionSettings } from '../session/request-session.ts';
import { RequestSession } from '../session/request-session.ts';
import type { Attempts } from './attempt.ts';
import type { ResolvedOptions } from './options.ts';
import type { Provider } from './provider.ts';
import type { TokenVault } from './tokens.ts';

/** What the routes and middleware of one login share. */
export interface LoginParts {
  readonly options: ResolvedOptions;
  readonly session: SessionSettings;
  readonly provider: Provider;
  readonly attempts: Attempts;
  readonly vault: TokenVault | undefined;
}

/** What a session has of a login. */
export interface Signed {
  /** The `name` of the options: several providers may use one session. */
  readonly by: string;
  readonly iss: string;
  readonly sub: string;
  readonly sid: string | undefined;
  /** When the ID token was issued, in seconds since 1970. */
  readonly iat: number;
  /** As the schema returned them. */
  readonly claims: unknown;
  /** Under which the tokens are kept. */
  readonly tokens: string | undefined;
}

/** The key of a {@link Signed} in the session. */
export const SIGNED = 'blaizejs:login';

type WithState = { readonly state: unknown };

/** The session of a request. */
export function sessionOf({ session }: Pick<LoginParts, 'session'>, { state }: WithState): RequestSession {
  const own = RequestSession.of(session, (state as { readonly session?: unknown }).session);
  if (!own)
    throw new TypeError('The session of this login is missing: put its middleware, or auth(), before.');
  return own;
}

/** The login of a request, if it is by this provider. */
export async function signedIn(
  parts: Pick<LoginParts, 'session' | 'options'>,
  ctx: WithState,
): Promise<Signed | undefined> {
  const signed = (await sessionOf(parts, ctx).get(SIGNED)) as Signed | undefined;
  return signed?.by === parts.options.name ? signed : undefined;
}

/** Where a route of the login is: next to the callback. */
export function pathOf({ redirectUri }: Pick<ResolvedOptions, 'redirectUri'>, name: string): string {
  return redirectUri.pathname.replace(/[^/]*$/, name);
}
