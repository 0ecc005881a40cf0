import { reply } from '@blaizejs/context';
import type { NotFoundHandler } from '@blaizejs/router';

export default {
  handler: (async ({ request }) => {
    await Promise.resolve();
    if (request.query.as === 'gone') return reply(410, 'gone');
    if (request.query.as === 'response') return new Response('a Response');
    if (request.query.as === 'error') throw new Error('in the 404');
    return { params: request.params, query: request.query };
  }) satisfies NotFoundHandler,
};
