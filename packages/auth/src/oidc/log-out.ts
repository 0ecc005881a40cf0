import type { Context, RecordedResponse } from '@blaizejs/types';
import { buildEndSessionUrl, tokenRevocation } from 'openid-client';

import { type LoginParts, sessionOf, signedIn } from './parts.ts';

/** Ends a session here, and sends the browser to the provider to end it there too (OpenID Connect RP-Initiated Logout 1.0). */
export async function logOut(parts: LoginParts, ctx: Context): Promise<RecordedResponse> {
  const { options, provider, vault } = parts;
  const { idTokenHint, afterLogout, redirectUri } = options;
  const { response, log } = ctx;
  response.header('cache-control', 'no-store');
  const signed = await signedIn(parts, ctx);
  sessionOf(parts, ctx).destroy();
  if (!signed) return response.redirect(afterLogout, 303);
  const kept = signed.tokens === undefined ? undefined : await vault?.find(signed.tokens);
  if (signed.tokens !== undefined) await vault?.remove(signed.tokens);
  try {
    const configuration = await provider.configuration(log);
    const metadata = configuration.serverMetadata();
    const token = kept?.refreshToken ?? kept?.accessToken;
    if (token !== undefined && metadata.revocation_endpoint !== undefined) {
      const revoking = provider.ask(log, (own) => tokenRevocation(own, token));
      ctx.waitUntil(
        revoking.catch((error: unknown) =>
          log.warn({ err: error }, 'Tokens could not be revoked at logout.'),
        ),
      );
    }
    if (metadata.end_session_endpoint === undefined) return response.redirect(afterLogout, 303);
    const url = buildEndSessionUrl(configuration, {
      post_logout_redirect_uri: new URL(afterLogout, redirectUri).href,
      ...(idTokenHint && kept?.idToken !== undefined && { id_token_hint: kept.idToken }),
    });
    return response.redirect(url, 303);
  } catch {
    // Whoever signs out is out here, even if the provider is away.
    return response.redirect(afterLogout, 303);
  }
}
