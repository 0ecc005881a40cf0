import { createGetRoute } from '@blaizejs/router';

export const GET = createGetRoute({
  handlerTimeout: 50,
  handler: ({ request }) => {
    if ('error' in request.query) throw new Error('hang');
    return new Promise(() => undefined);
  },
});
