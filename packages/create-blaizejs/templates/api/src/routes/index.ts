import { createGetRoute } from 'blaizejs';

/** What there is to ask for. */
export const GET = createGetRoute('/', {
  handler: () => ({ notes: '/notes', health: '/health' }),
});
