import { createDeleteRoute, createPostRoute, UnauthorizedError } from 'blaizejs';

import { findUserByToken } from '../../db/users.ts';
import { credentials, user } from '../../schemas/user.ts';

/** Signs a browser in: its cookie then has the id of a session. */
export const POST = createPostRoute('/api/session', {
  schema: { body: credentials, response: user },
  handler: async ({ request, services, state: { session } }) => {
    const found = await findUserByToken(services.db, request.body.token);
    if (!found) throw new UnauthorizedError('This API token is not known.');
    // Whatever session there was, of whomever, ends here.
    session.destroy();
    session.set('user', found.id);
    return found;
  },
});

/** Signs it out. */
export const DELETE = createDeleteRoute('/api/session', {
  handler: ({ state: { session } }) => session.destroy(),
});
