import { createGetRoute } from '@blaizejs/router';

export const GET = createGetRoute({
  handler: () => {
    throw new Error('secret');
  },
});
