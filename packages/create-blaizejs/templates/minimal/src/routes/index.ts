import { createGetRoute } from 'blaizejs';

export const GET = createGetRoute('/', {
  handler: () => ({ hello: 'world' }),
});
