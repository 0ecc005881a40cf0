import type { NotFoundHandler } from '@blaizejs/router';

export default (({ request, response }) => {
  if (request.path.startsWith('/nothing')) return undefined;
  return response.html(`<h1>No ${request.path}</h1>`);
}) satisfies NotFoundHandler;
