import { createMiddleware, UnauthorizedError } from 'blaizejs';

import { findUser, findUserByToken, type User } from '../db/users.ts';
import { SESSION_COOKIE } from '../session.ts';

/** Lets nobody pass without a valid API token, as a bearer token (RFC 6750), or the session of the page. */
export const requireUser = createMiddleware<{ user: User }>({
  name: 'require-user',
  security: {
    token: { type: 'http', scheme: 'bearer' },
    session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
  },
  onRequest: async (ctx) => {
    const token = bearerToken(ctx.request.header('authorization'));
    const user =
      token === undefined
        ? await findUser(ctx.services.db, await ctx.state.session.get('user'))
        : await findUserByToken(ctx.services.db, token);
    if (!user) {
      throw new UnauthorizedError(
        token === undefined ? 'This needs an API token.' : 'This API token is not known.',
        { headers: { 'www-authenticate': 'Bearer' } },
      );
    }
    ctx.state.user = user;
  },
});

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
}
