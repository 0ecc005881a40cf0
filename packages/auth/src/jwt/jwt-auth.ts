import type { JsonWebKeyInput, KeyObject } from 'node:crypto';

import { checkBuiltIn } from '@blaizejs/errors/internal';
import type { AnySchema, Middleware, MiddlewareContext, Schema, SchemaOutput } from '@blaizejs/types';

import { isToken68, readAuthorization } from '../authorization.ts';
import { type Identity, type Lookup, Refusal, toMiddleware } from '../authenticator.ts';
import { bearerChallenge, invalidToken } from '../bearer.ts';
import type { CommonAuthOptions } from '../common-options.ts';
import { readScopes } from '../scopes.ts';
import { type JwtAlgorithm, JWKS_DEFAULT } from './algorithms.ts';
import { checkJwtOptions } from './jwt-options.ts';
import { KeyServer } from './key-server.ts';
import { OwnKeys } from './own-keys.ts';
import { refusalOf } from './refusal.ts';
import type { ClaimRules, JwtClaims, TokenVerifier } from './token-verifier.ts';

/** A key server, and how its keys are kept. All times are in milliseconds. */
export interface JwksOptions {
  /** `https:`; `http:` only for localhost. Redirects are not followed, and an answer may have 1 MiB. */
  readonly url: string | URL;
  /**
   * How long to wait after a fetch before the next one. A token with a key that is not known yet waits for that fetch.
   * Default: 1 000.
   */
  readonly cooldown?: number | undefined;
  /** The age at which keys are fetched again. Keys that the server has withdrawn are good for that long. Default: 600 000. */
  readonly maxAge?: number | undefined;
  /** How much longer the keys are good while the server can't be reached. Default: 86 400 000, a day. */
  readonly maxStale?: number | undefined;
  /** How long one fetch may take. Default: 5 000. */
  readonly timeout?: number | undefined;
}

/** A secret that both sides know: at least 32 bytes. */
export type JwtSecret = string | Uint8Array | KeyObject;

/** A public key: PEM, a certificate, a JWK or a `KeyObject`. RSA keys have at least 2 048 bits. */
export type JwtPublicKey = string | JsonWebKeyInput['key'] | KeyObject;

/** What a schema makes of the claims; the claims themselves without a schema. */
export type ClaimsOf<S> = S extends AnySchema ? SchemaOutput<S> : JwtClaims;

/** The options of {@link jwtAuth}: one of `secret`, `publicKey` and `jwks`, and what is optional. */
export interface JwtAuthOptions<S extends AnySchema | undefined, User> extends CommonAuthOptions {
  /** The secret that tokens are signed with. All of a list are good, so that you can change it. */
  readonly secret?: JwtSecret | readonly JwtSecret[] | undefined;
  /** The public key of whoever signs tokens. All of a list are good. */
  readonly publicKey?: JwtPublicKey | readonly JwtPublicKey[] | undefined;
  /** Where the public keys are fetched from. Needs `issuer` and `audience`, as such keys are not for you alone. */
  readonly jwks?: string | URL | JwksOptions | undefined;
  /**
   * The algorithms that are accepted. Default: the usual one of the key, such as `HS256` for a secret and `RS256` for an RSA
   * key; with `jwks` `RS256`, `ES256`, `EdDSA` and `Ed25519`, whichever the key is for.
   */
  readonly algorithms?: readonly JwtAlgorithm[] | undefined;
  /** The claim `iss`: one of these. */
  readonly issuer?: string | readonly string[] | undefined;
  /** The claim `aud`: at least one of these. `false` accepts tokens for anybody. */
  readonly audience?: string | readonly string[] | false | undefined;
  /** The type in the header of tokens: `at+jwt` for access tokens as RFC 9068 has them. Default: any. */
  readonly type?: string | undefined;
  /** How far clocks may differ, in milliseconds, for `exp` and `nbf`. Default: 5 000. */
  readonly clockTolerance?: number | undefined;
  /** The schema of the claims. A token that it rejects is refused. */
  readonly schema?: S | undefined;
  /** Finds the user of a token. Without one, the token is refused: it may have been revoked. Default: the claims are the user. */
  readonly load?: ((claims: ClaimsOf<S>, ctx: MiddlewareContext) => Lookup<User>) | undefined;
}

const MALFORMED = new Refusal('The token is malformed.');
const UNEXPECTED = new Refusal('The claims of the token are not the expected ones.');
const UNKNOWN = new Refusal('The token is not valid any more.');

/**
 * Authenticates requests by JSON Web Tokens (RFC 7519) in `Authorization: Bearer …` (RFC 6750), and puts the claims, or what
 * `load` makes of them, on `ctx.state.user`.
 *
 * ```ts
 * jwtAuth({
 *   jwks: 'https://login.example.com/.well-known/jwks.json',
 *   issuer: 'https://login.example.com',
 *   audience: 'https://api.example.com',
 *   schema: z.object({ sub: z.string() }),
 * })
 * ```
 *
 * Every token needs `exp`. Whatever is wrong with one, the answer is 401 with a challenge that says what.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists everything that is wrong with the options. For a request: UnauthorizedError (401) `ERR_BLAIZE_UNAUTHORIZED`
 * without a token, `ERR_BLAIZE_AUTH_CREDENTIALS` if it is refused; ServiceUnavailableError (503)
 * `ERR_BLAIZE_AUTH_KEY_SERVER` if there are no keys, as their server can't be reached
 */
export function jwtAuth<const S extends AnySchema | undefined = undefined, User = ClaimsOf<S>>(
  options: JwtAuthOptions<S, User> & { readonly optional: true },
): Middleware<{ user: User | undefined }>;
export function jwtAuth<const S extends AnySchema | undefined = undefined, User = ClaimsOf<S>>(
  options: JwtAuthOptions<S, User> & { readonly optional?: false | undefined },
): Middleware<{ user: User }>;
export function jwtAuth<S extends AnySchema | undefined, User>(
  options: JwtAuthOptions<S, User>,
): Middleware<{ user: User }> {
  const { realm, scheme, optional, schema, ...settings } = checkBuiltIn('jwtAuth', checkJwtOptions, options);
  const verifier = verifierOf(settings);
  const { load } = options;

  const identify = async (token: string, ctx: MiddlewareContext): Promise<Identity<User> | Refusal> => {
    let claims: JwtClaims;
    try {
      claims = await verifier.verify(token, ctx.log);
    } catch (error) {
      return refusalOf(error, ctx.log);
    }
    let value: unknown = claims;
    if (schema) {
      const result = await (schema as Schema)['~standard'].validate(claims);
      if (result.issues) return UNEXPECTED;
      value = result.value;
    }
    const user = load ? await load(value as ClaimsOf<S>, ctx) : (value as User);
    if (user === undefined || user === null) return UNKNOWN;
    return { user, scopes: readScopes(claims['scope'] ?? claims['scp']) };
  };

  return toMiddleware<User>({
    name: 'jwt-auth',
    challenge: bearerChallenge(realm),
    onRefusal: invalidToken,
    security: [scheme ?? 'bearer', { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }],
    optional,
    authenticate: (ctx) => {
      const authorization = readAuthorization(ctx.request.header('authorization'));
      if (authorization?.scheme !== 'bearer') return undefined;
      const { credentials } = authorization;
      return isToken68(credentials) ? identify(credentials, ctx) : MALFORMED;
    },
  });
}

type Settings = Omit<ReturnType<typeof checkJwtOptions>, 'realm' | 'scheme' | 'optional' | 'schema'>;

function verifierOf(settings: Settings): TokenVerifier {
  const { issuer, audience, type, clockTolerance, algorithms, jwks, secret, publicKey } = settings;
  const rules: ClaimRules = {
    requiredClaims: ['exp'],
    clockTolerance: clockTolerance / 1000,
    ...(issuer && { issuer: [...issuer] }),
    ...(audience && { audience: [...audience] }),
    ...(type !== undefined && { typ: type }),
  };
  if (jwks) return new KeyServer(jwks, algorithms ?? JWKS_DEFAULT, rules);
  const keys = [...(secret ?? []), ...(publicKey ?? [])].filter((key) => key !== undefined);
  return new OwnKeys(keys, algorithms, rules);
}
