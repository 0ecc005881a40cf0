import { ForbiddenError, NotFoundError } from '@blaizejs/errors';
import { callback, checkBuiltIn, flag, options as shapeOf, orElse, text } from '@blaizejs/errors/internal';
import type { Middleware, MiddlewareContext } from '@blaizejs/types';

import type { Awaitable, Lookup } from './authenticator.ts';
import { toGuard } from './guard.ts';

/** The options of {@link requireOwner}. */
export interface RequireOwnerOptions<Name extends string, Thing, User> {
  /** The name on `ctx.state` under which the handler finds what was loaded. */
  readonly as: Name;
  /** Loads what the request is about. If there is nothing, the answer is 404. */
  readonly load: (ctx: MiddlewareContext) => Lookup<Thing>;
  /** Whether it belongs to the user. */
  readonly owns: (user: User, thing: Thing) => Awaitable<boolean>;
  /**
   * Whether what belongs to others is answered with the 404 of what does not exist, so that nobody can find out which ids
   * there are (RFC 9110 section 15.5.4). Default: false, which is 403.
   */
  readonly hide?: boolean | undefined;
}

const TAKEN = ['user', 'role', 'granted'];

const check = shapeOf(
  {
    as: (value: unknown, path, report): string => {
      text('a name, such as "post"')(value, path, report);
      if (TAKEN.includes(value as string)) report(path, value, `another name than ${TAKEN.join(', ')}`);
      return value as string;
    },
    load: callback('(ctx) that returns what the request is about'),
    owns: callback('(user, thing) that returns true or false'),
    hide: orElse(flag, false),
  },
  'an object of options, such as { as, load, owns }',
);

/**
 * A guard for users to whom the thing belongs that the request is about. It loads the thing, and the handler has it.
 *
 * ```ts
 * const ownPost = requireOwner({
 *   as: 'post',
 *   load: (ctx) => posts.get(ctx.request.params.id),
 *   owns: (user: User, post) => post.authorId === user.id,
 * });
 * ```
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists everything that is wrong with the options. For a request: UnauthorizedError (401), NotFoundError (404),
 * ForbiddenError (403)
 */
export function requireOwner<const Name extends string, Thing, User>(
  options: RequireOwnerOptions<Name, Thing, User>,
): Middleware<{ user: {} } & { readonly [Each in Name]: Thing }, { user: User | undefined }> {
  const { as, hide } = checkBuiltIn('requireOwner', check, options);
  const { load, owns } = options;
  return toGuard<User, { user: {} } & { readonly [Each in Name]: Thing }>({
    name: `require-owner(${as})`,
    run: async (user, ctx) => {
      const thing = await load(ctx);
      if (thing === undefined || thing === null) throw new NotFoundError();
      if (!(await owns(user, thing))) {
        throw hide ? new NotFoundError() : new ForbiddenError('This belongs to somebody else.');
      }
      Object.assign(ctx.state, { [as]: thing });
    },
  });
}
