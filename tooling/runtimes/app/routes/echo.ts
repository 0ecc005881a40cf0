import { createPostRoute } from '@blaizejs/router';

export const POST = createPostRoute({
  handler: async ({ request, response }) =>
    response
      .cookie('a', '1')
      .cookie('b', '2')
      .type('application/octet-stream')
      .send(await request.bytes()),
});
