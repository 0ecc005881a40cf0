import { reply } from '@blaizejs/context';
import { ConflictError, HttpError } from '@blaizejs/errors';
import type { ErrorHandler } from '@blaizejs/router';

export default ((error, ctx) => {
  switch (error.message) {
    case 'pass':
      return undefined;
    case 'replace':
      throw new ConflictError('replaced');
    case 'misprint':
      return { not: 1n };
    case 'other status':
      return reply(418, 'a teapot');
    case 'response':
      return new Response('from a Response', { headers: { 'x-own': 'yes' } });
    case 'hang':
      return new Promise(() => undefined);
    case 'redirect':
      return ctx.response.redirect('/login');
  }
  const status = error instanceof HttpError ? error.status : 500;
  return { page: `shop ${status}` };
}) satisfies ErrorHandler;
