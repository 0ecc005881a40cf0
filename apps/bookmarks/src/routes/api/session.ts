import { createDeleteRoute, createPostRoute, UnauthorizedError } from 'blaizejs';

import { findUserByToken } from '../../db/users.ts';
import { credentials, user } from '../../schemas/user.ts';
import { SESSION, SESSION_COOKIE } from '../../session.ts';

/** Signs a browser in: keeps the token in a cookie that scripts can't read. */
export const POST = createPostRoute('/api/session', {
  schema: { body: credentials, response: user },
  handler: async (ctx) => {
    const { token } = ctx.request.body;
    const found = await findUserByToken(ctx.services.db, token);
    if (!found) throw new UnauthorizedError('This API token is not known.');
    ctx.response.cookie(SESSION, token, SESSION_COOKIE);
    return found;
  },
});

/** Signs it out. */
export const DELETE = createDeleteRoute('/api/session', {
  handler: (ctx) => ctx.response.status(204).cookie(SESSION, undefined, SESSION_COOKIE),
});
