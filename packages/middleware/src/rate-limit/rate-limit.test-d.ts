import { createMiddleware } from '@blaizejs/middleware';
import { rateLimit } from '@blaizejs/middleware/rate-limit';
import type { Middleware, NeedsMet } from '@blaizejs/types';

interface User {
  readonly id: string;
}

const plain: Middleware = rateLimit({ limit: 100 });
const byUser = rateLimit<{ user: User }>({ limit: 100, key: ({ state }) => state.user.id });
const needy: Middleware<unknown, { user: User }> = byUser;

function middlewareThatAddsUser() {
  return createMiddleware<{ user: User }>(() => undefined);
}

// What it reads has to be there.
const met: NeedsMet<readonly [ReturnType<typeof middlewareThatAddsUser>, typeof byUser], unknown> = undefined;
// @ts-expect-error nobody adds the user
const unmet: NeedsMet<readonly [typeof byUser], unknown> = undefined;

rateLimit({ limit: 100, cost: ({ request }) => (request.method === 'GET' ? 1 : 10) });
// @ts-expect-error a limit is needed
rateLimit({ window: 1000 });
// @ts-expect-error no such algorithm
rateLimit({ limit: 1, algorithm: 'gcra' });
// @ts-expect-error it is not awaited
rateLimit({ limit: 1, key: async () => 'key' });
// @ts-expect-error the state has no user
rateLimit({ limit: 1, key: ({ state }) => state.user.id });

export { met, middlewareThatAddsUser, needy, plain, unmet };
