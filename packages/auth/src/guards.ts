import { ForbiddenError } from '@blaizejs/errors';
import { type Check, checkBuiltIn } from '@blaizejs/errors/internal';
import type { Middleware, SecuritySchemes } from '@blaizejs/types';

import { writeChallenges } from './challenge.ts';
import { toGuard } from './guard.ts';

/** A user who has roles. */
export interface HasRoles {
  readonly roles: readonly string[];
}

/** A user who has permissions. */
export interface HasPermissions {
  readonly permissions: readonly string[];
}

/**
 * The proof that a request was granted something, `ctx.state.granted`. A function that takes it can only be called where a
 * guard has run:
 *
 * ```ts
 * function deletePost(proof: Granted<'posts:delete'>, id: string) { … }
 * ```
 */
export type Granted<Name extends string> = { readonly [Each in Name]: true };

/**
 * A guard for any user, whoever it is: 401 without one. Use it behind authentication that is `optional`.
 */
export function requireUser(): Middleware<{ user: {} }, { user: unknown }> {
  return toGuard<unknown, { user: {} }>({ name: 'require-user', run: () => undefined });
}

/**
 * A guard for users who have one of these roles, in `ctx.state.user.roles`. `ctx.state.role` is then the first of them that
 * the user has.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if a role is not valid. For a request: UnauthorizedError (401), ForbiddenError (403)
 */
export function requireRole<const Roles extends readonly [string, ...string[]]>(
  ...roles: Roles
): Middleware<{ user: {}; role: Roles[number] }, { user: HasRoles | undefined }> {
  checkBuiltIn('requireRole', names, roles);
  return toGuard<HasRoles, { user: {}; role: Roles[number] }>({
    name: `require-role(${roles.join('|')})`,
    security: Object.fromEntries(roles.map((role) => [role, { type: 'scopes', scopes: [role] }])),
    run: (user, ctx) => {
      const role: Roles[number] | undefined = roles.find((each) => listOf(user.roles).includes(each));
      if (role === undefined) throw new ForbiddenError(`This needs the role ${either(roles)}.`);
      Object.assign(ctx.state, { role });
    },
  });
}

/**
 * A guard for users who have all of these permissions, in `ctx.state.user.permissions`. `ctx.state.granted` then proves it.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if a permission is not valid. For a request: UnauthorizedError (401), ForbiddenError (403)
 */
export function requirePermission<const Names extends readonly [string, ...string[]]>(
  ...permissions: Names
): Middleware<{ user: {}; granted: Granted<Names[number]> }, { user: HasPermissions | undefined }> {
  checkBuiltIn('requirePermission', names, permissions);
  return toGuard<HasPermissions, { user: {}; granted: Granted<Names[number]> }>({
    name: `require-permission(${permissions.join(' ')})`,
    security: needing(permissions),
    run: (user, ctx) => {
      const lacking = permissions.filter((each) => !listOf(user.permissions).includes(each));
      if (lacking.length > 0) throw new ForbiddenError(`This needs the permission ${lacking.join(' ')}.`);
      grant(ctx.state, permissions);
    },
  });
}

/**
 * A guard for requests whose credentials have all of these scopes: the claim `scope` or `scp` of a token, or the list
 * `scopes` of the user or key that was found. `ctx.state.granted` then proves it. Other bearer tokens get 403 with the
 * challenge `insufficient_scope` (RFC 6750 section 3.1).
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if a scope is not valid. For a request: UnauthorizedError (401), ForbiddenError (403)
 * `ERR_BLAIZE_AUTH_SCOPE`
 */
export function requireScope<const Names extends readonly [string, ...string[]]>(
  ...scopes: Names
): Middleware<{ user: {}; granted: Granted<Names[number]> }, { user: unknown }> {
  checkBuiltIn('requireScope', names, scopes);
  return toGuard<unknown, { user: {}; granted: Granted<Names[number]> }>({
    name: `require-scope(${scopes.join(' ')})`,
    security: needing(scopes),
    run: (_user, ctx, { proven }) => {
      if (!scopes.every((each) => proven?.scopes.includes(each))) {
        throw new ForbiddenError(`This needs the scope ${scopes.join(' ')}.`, {
          code: 'ERR_BLAIZE_AUTH_SCOPE',
          ...(proven?.challenge.scheme === 'Bearer' && {
            headers: {
              'www-authenticate': writeChallenges([
                {
                  scheme: 'Bearer',
                  params: {
                    ...proven.challenge.params,
                    error: 'insufficient_scope',
                    scope: scopes.join(' '),
                  },
                },
              ]),
            },
          }),
        });
      }
      grant(ctx.state, scopes);
    },
  });
}

function grant(state: object, names: readonly string[]): void {
  const holder = state as { granted?: Record<string, true> };
  // A name may be that of a property of objects.
  const granted = (holder.granted ??= Object.create(null) as Record<string, true>);
  for (const name of names) granted[name] = true;
}

function needing(scopes: readonly string[]): SecuritySchemes {
  return { any: { type: 'scopes', scopes } };
}

// What the types promise may come from a database.
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

// RFC 6749 section 3.3: what a scope may have, so that it fits a challenge.
const EXPECTED = 'names in printable ASCII, without spaces, quotes and backslashes';
const names: Check<unknown> = (value, path, report) => {
  const list = value as readonly unknown[];
  if (list.length === 0) report(path, undefined, EXPECTED);
  for (const name of list) {
    if (typeof name === 'string' && /^[!#-[\]-~]+$/.test(name)) continue;
    report(
      path,
      name,
      EXPECTED,
      Array.isArray(name) ? 'Write them one after the other, without a list.' : undefined,
    );
  }
};

function either(names: readonly string[]): string {
  return names.join(', ').replace(/, (?=[^,]*$)/, ' or ');
}
