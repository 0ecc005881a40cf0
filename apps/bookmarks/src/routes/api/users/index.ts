import { ConflictError, createPostRoute, reply } from 'blaizejs';
import { z } from 'zod';

import { createUser } from '../../../db/users.ts';
import { newUser, user } from '../../../schemas/user.ts';

/** Signs up. The answer is the only place where the token is ever shown. */
export const POST = createPostRoute('/api/users', {
  schema: { body: newUser, response: { 201: user.extend({ token: z.string() }) } },
  docs: { summary: 'Signs up', tags: ['users'] },
  handler: async (ctx) => {
    const { name } = ctx.request.body;
    const created = await createUser(ctx.services.db, name);
    if (!created) throw new ConflictError(`The name ${name} is taken.`);
    return reply(201, created, { location: '/api/users/me', 'cache-control': 'no-store' });
  },
});
