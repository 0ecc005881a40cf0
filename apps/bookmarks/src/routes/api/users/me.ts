import { createGetRoute } from 'blaizejs';

import { requireUser } from '../../../middleware/require-user.ts';
import { user } from '../../../schemas/user.ts';

export const GET = createGetRoute('/api/users/me', {
  schema: { response: user },
  docs: { summary: 'Whoever asks', tags: ['users'] },
  middleware: [requireUser],
  handler: (ctx) => ctx.state.user,
});
