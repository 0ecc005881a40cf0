import { createGetRoute } from '@blaizejs/router';

export const GET = createGetRoute({
  handler: async function* () {
    yield 'one ';
    await new Promise((resolve) => setTimeout(resolve, 50));
    yield 'two';
  },
});
