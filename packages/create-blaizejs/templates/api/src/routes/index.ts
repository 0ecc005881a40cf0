import { createGetRoute } from 'blaizejs';

/** The paths of the API. */
export const GET = createGetRoute('/', {
  handler: () => ({ notes: '/notes', health: '/health' }),
});
