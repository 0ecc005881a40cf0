import { createGetRoute } from 'blaizejs';

import { readPublicFile } from '../public-files.ts';

// Scripts and styles from here alone, none inline: text that a user saved can't become code.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export const GET = createGetRoute('/', {
  docs: { visibility: 'internal' },
  handler: async (ctx) =>
    ctx.response.html(await readPublicFile('index.html')).headers({
      'content-security-policy': POLICY,
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    }),
});
