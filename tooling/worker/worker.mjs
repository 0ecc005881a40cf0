/** A typical app for a worker. */
import { createApp } from '@blaizejs/app';
import { createMiddleware } from '@blaizejs/middleware';
import { createGetRoute, createPostRoute } from '@blaizejs/router';
import { reply } from '@blaizejs/context';
import { z } from 'zod';

const app = createApp({
  middleware: [
    createMiddleware({ name: 'vary', onSend: ({ response }) => response.append('vary', 'origin') }),
  ],
});
app.router.addRoute(
  'GET',
  '/users/:id',
  createGetRoute({
    schema: { params: z.object({ id: z.coerce.number() }) },
    handler: ({ request, platform }) => ({
      id: request.params.id,
      ip: request.ip,
      greeting: /** @type {{ GREETING: string }} */ (platform).GREETING,
    }),
  }),
);
app.router.addRoute(
  'POST',
  '/users',
  createPostRoute({
    schema: { body: z.object({ name: z.string() }) },
    handler: ({ request }) => reply(201, request.body),
  }),
);
app.router.addRoute('GET', '/stream', {
  handler: async function* () {
    yield 'one ';
    await Promise.resolve();
    yield 'two';
  },
});
app.router.addRoute('GET', '/fails', {
  handler: () => {
    throw new Error('secret');
  },
});

// Everything is compiled now, since a worker forbids that during a request.
await app.ready();

export default {
  /** @param {Request} request @param {object} env @param {{ waitUntil(work: Promise<unknown>): void }} worker */
  fetch: (request, env, worker) =>
    app.fetch(request, {
      remoteAddress: request.headers.get('cf-connecting-ip') ?? undefined,
      waitUntil: (work) => worker.waitUntil(work),
      platform: env,
    }),
};
