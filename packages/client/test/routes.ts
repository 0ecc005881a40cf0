/** The routes of the tests: what a folder of routes and `.blaize/routes.d.ts` would say. */
import { reply } from '@blaizejs/context';
import { createDeleteRoute, createGetRoute, createPostRoute, createPutRoute } from '@blaizejs/router';
import { z } from 'zod';

export const User = z.object({ id: z.string(), name: z.string(), createdAt: z.date() });
export const NoUser = z.object({ code: z.literal('no-user'), detail: z.string() });

export const getUser = createGetRoute({
  schema: {
    params: z.object({ id: z.string() }),
    query: z.object({ verbose: z.stringbool().optional() }),
    response: { 200: User, 404: NoUser },
  },
  handler: ({ request }) =>
    request.params.id === '0'
      ? reply(404, { code: 'no-user', detail: 'There is no user 0.' })
      : {
          id: request.params.id,
          name: request.query.verbose ? 'Ada Lovelace' : 'Ada',
          createdAt: new Date(0),
        },
});

export const listUsers = createGetRoute({
  schema: {
    query: z.object({
      tag: z.array(z.string()),
      page: z.coerce.number().default(1),
      since: z.coerce.date().optional(),
    }),
    response: z.object({ query: z.unknown() }),
  },
  handler: ({ request }) => ({ query: request.query }),
});

export const addUser = createPostRoute({
  schema: { body: z.object({ name: z.string().min(1) }), response: { 201: User } },
  handler: ({ request }) => reply(201, { id: '1', name: request.body.name, createdAt: new Date(0) }),
});

export const replaceUser = createPutRoute({
  schema: { params: z.object({ id: z.coerce.number() }), body: z.object({ name: z.string() }).optional() },
  handler: ({ request }) => ({ id: request.params.id, body: request.body ?? null, at: new Date(0) }),
});

export const removeUser = createDeleteRoute({
  schema: { params: z.object({ id: z.string() }), response: { 204: null } },
  handler: () => reply(204, null),
});

/** A plain object, without a schema. */
export const readFile = {
  handler: (ctx: { request: { params: Record<string, string | undefined> } }) => ctx.request.params,
};

/** A bare function. */
export const health = () => ({ ok: true, big: undefined as bigint | undefined });

export interface Routes {
  GET: {
    '/users/[id]': typeof getUser;
    '/users': typeof listUsers;
    '/files/[...path]': typeof readFile;
    '/health': typeof health;
  };
  POST: { '/users': typeof addUser };
  PUT: { '/users/[id]': typeof replaceUser };
  DELETE: { '/users/[id]': typeof removeUser };
}
