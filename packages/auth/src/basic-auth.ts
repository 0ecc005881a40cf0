import {
  callback,
  checkBuiltIn,
  is,
  isInteger,
  MAX_TIMER,
  optional,
  options as shapeOf,
  orElse,
} from '@blaizejs/errors/internal';
import type { Middleware, MiddlewareContext } from '@blaizejs/types';

import { readAuthorization } from './authorization.ts';
import { type Identity, type Lookup, Refusal, toMiddleware } from './authenticator.ts';
import { readBasic } from './basic-credentials.ts';
import { commonShape, checkOneOf } from './check-options.ts';
import type { CommonAuthOptions } from './common-options.ts';
import { verifyPassword } from './password.ts';
import { RememberedPasswords } from './remembered-passwords.ts';
import { scopesOf } from './scopes.ts';

/** A user with the hash of their password. */
export interface UserWithHash<User> {
  /** What `ctx.state.user` becomes. */
  readonly user: User;
  /** What `hashPassword()` returned. */
  readonly hash: string;
}

/** The options of {@link basicAuth}: either `find` or `verify`, and what is optional. */
export type BasicAuthOptions<User> = CommonAuthOptions &
  (
    | {
        /** Finds a user by name, with the hash of the password, which is then checked. */
        readonly find: (username: string, ctx: MiddlewareContext) => Lookup<UserWithHash<User>>;
        /**
         * How long, in milliseconds, a password that was right is not hashed again, as clients send it with each request. A
         * new hash in the database counts at once. 0 hashes each time. Default: 60 000.
         */
        readonly remember?: number | undefined;
        readonly verify?: undefined;
      }
    | {
        /** Checks name and password itself, by LDAP for example, and returns the user. */
        readonly verify: (username: string, password: string, ctx: MiddlewareContext) => Lookup<User>;
        readonly find?: undefined;
        readonly remember?: undefined;
      }
  );

type Find<User> = (username: string, ctx: MiddlewareContext) => Lookup<UserWithHash<User>>;
type Verify<User> = (username: string, password: string, ctx: MiddlewareContext) => Lookup<User>;

const check = shapeOf(
  {
    ...commonShape,
    find: optional(callback<Find<object>>('(username, ctx) that returns { user, hash }')),
    verify: optional(callback<Verify<object>>('(username, password, ctx) that returns the user')),
    remember: orElse(
      is<number>('milliseconds, or 0', (value) => isInteger(value, 0, MAX_TIMER)),
      60_000,
    ),
  },
  'an object of options, such as { find: (username) => users.get(username) }',
  (given, path, report) => {
    checkOneOf(given, ['find', 'verify'], path, report);
    if (given['verify'] && given['remember'] !== undefined) {
      report('remember', given['remember'], 'nothing, because `verify` checks passwords itself');
    }
  },
);

const WRONG = new Refusal('The user name or password is wrong.');
const MALFORMED = new Refusal('The credentials are not those of the Basic scheme (RFC 7617).');

/**
 * Authenticates requests by user name and password (RFC 7617), and puts the user on `ctx.state.user`.
 *
 * ```ts
 * basicAuth({ realm: 'Reports', find: async (username) => users.findByName(username) })
 * ```
 *
 * Requests without good credentials get 401 with a challenge, after the same time whether or not there is such a user.
 * Credentials are UTF-8, and a password may have colons.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists everything that is wrong with the options. For a request: UnauthorizedError (401) `ERR_BLAIZE_UNAUTHORIZED`
 * without credentials, `ERR_BLAIZE_AUTH_CREDENTIALS` if they are refused; ServiceUnavailableError (503)
 * `ERR_BLAIZE_AUTH_BUSY` if too many passwords are being checked
 */
export function basicAuth<User extends object>(
  options: BasicAuthOptions<User> & { readonly optional: true },
): Middleware<{ user: User | undefined }>;
export function basicAuth<User extends object>(
  options: BasicAuthOptions<User> & { readonly optional?: false | undefined },
): Middleware<{ user: User }>;
export function basicAuth<User extends object>(options: BasicAuthOptions<User>): Middleware<{ user: User }> {
  const settings = checkBuiltIn('basicAuth', check, options);
  const verify = options.verify ?? byHash(options.find as Find<User>, settings.remember);
  return toMiddleware<User>({
    name: 'basic-auth',
    challenge: { scheme: 'Basic', params: { realm: settings.realm ?? 'Restricted', charset: 'UTF-8' } },
    security: [settings.scheme ?? 'basic', { type: 'http', scheme: 'basic' }],
    optional: settings.optional,
    authenticate: (ctx) => {
      const authorization = readAuthorization(ctx.request.header('authorization'));
      if (authorization?.scheme !== 'basic') return undefined;
      const credentials = readBasic(authorization.credentials);
      return credentials ? identify(verify, credentials, ctx) : MALFORMED;
    },
  });
}

async function identify<User>(
  verify: Verify<User>,
  { username, password }: { readonly username: string; readonly password: string },
  ctx: MiddlewareContext,
): Promise<Identity<User> | Refusal> {
  const user = await verify(username, password, ctx);
  return user ? { user, scopes: scopesOf(user) } : WRONG;
}

function byHash<User>(find: Find<User>, remember: number): Verify<User> {
  const remembered = new RememberedPasswords(remember);
  return async (username, password, ctx) => {
    const found = await find(username, ctx);
    if (found && remembered.has(password, found.hash)) return found.user;
    const { signal } = ctx.request;
    if (!(await verifyPassword(password, found?.hash, { signal }))) return undefined;
    if (found) remembered.add(password, found.hash);
    return found?.user;
  };
}
