import { createGetRoute } from '@blaizejs/router';

export const GET = createGetRoute({ handler: ({ request }) => `hello ${request.ip}` });
