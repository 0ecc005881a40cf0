import {
  callback,
  type Check,
  checkBuiltIn,
  flag,
  is,
  isInteger,
  isObject,
  list,
  MAX_TIMER,
  optional,
  options as shapeOf,
  orElse,
  record,
  text,
} from '@blaizejs/errors/internal';

import { store } from '../check-options.ts';
import { settingsOf } from '../session/known.ts';
import { ownPath } from './return-to.ts';

const URL_FORM = 'an https: URL (http: only for localhost)';
const SECRET = 'a secret of at least 32 bytes, or a list of them';
const LOCAL = ['localhost', '127.0.0.1', '[::1]'];

const url: Check<URL> = (value, path, report) => {
  const isUrl = value instanceof URL || (typeof value === 'string' && URL.canParse(value));
  const parsed = new URL(isUrl ? String(value) : 'https://invalid');
  const { protocol, hostname, username, search, hash } = parsed;
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOCAL.includes(hostname));
  if (!isUrl || !isSafe || username !== '' || search !== '' || hash !== '') report(path, value, URL_FORM);
  return parsed;
};

/** The routes are next to the one that the provider redirects to. */
const redirectUri: Check<URL> = (value, path, report) => {
  const problems: unknown[] = [];
  const parsed = url(value, path, (...problem) => {
    problems.push(problem);
    report(...problem);
  });
  if (problems.length > 0) return parsed;
  const last = parsed.pathname.slice(parsed.pathname.lastIndexOf('/') + 1);
  if (last === '' || ['login', 'logout', 'backchannel-logout'].includes(last)) {
    report(
      path,
      value,
      'a URL such as https://app.example.com/auth/callback, beside which are login and logout',
    );
  } else if (!/^[\w./~-]+$/.test(parsed.pathname)) {
    report(path, value, 'a URL whose path has letters, digits and -_.~/ only');
  }
  return parsed;
};

const isSecret = (value: unknown): boolean =>
  (typeof value === 'string' || value instanceof Uint8Array) && Buffer.from(value).length >= 32;
const secrets: Check<readonly (string | Uint8Array)[]> = (value, path, report) => {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  if (all.length > 0 && all.every(isSecret)) return all as (string | Uint8Array)[];
  report(path, value === undefined ? value : '(hidden)', SECRET, 'Make one with `openssl rand -base64 32`.');
  return [];
};

const OURS = new Set(
  ['client_id', 'redirect_uri', 'response_type', 'response_mode', 'scope', 'state', 'nonce'].concat([
    'code_challenge',
    'code_challenge_method',
    'request',
    'request_uri',
  ]),
);
const parameters: Check<Readonly<Record<string, string>>> = (value, path, report) => {
  for (const name of Object.keys(isObject(value) ? value : {})) {
    if (OURS.has(name)) report(`${path}.${name}`, '(given)', 'nothing, since oidc() sets it');
  }
  return record(
    is<string>('a text', (each) => typeof each === 'string'),
    "an object such as { prompt: 'consent' }",
  )(value, path, report);
};

const milliseconds = (least: number): Check<number> =>
  is(`a whole number of milliseconds, ${least} to ${MAX_TIMER}`, (value) =>
    isInteger(value, least, MAX_TIMER),
  );
const path = is<string>('a path of this site, such as "/"', (value) => ownPath(value) === value);

const shape = shapeOf(
  {
    issuer: url,
    clientId: text('the id that the provider gave to this app'),
    clientSecret: optional(text('the secret that the provider gave to this app')),
    clientAuthentication: orElse(
      is<'basic' | 'post'>('"basic" or "post"', (value) => value === 'basic' || value === 'post'),
      'basic',
    ),
    redirectUri,
    session: is<object>('what session() returned', (value) => settingsOf(value) !== undefined),
    secret: secrets,
    name: orElse(
      is<string>(
        'letters, digits and -',
        (value) => typeof value === 'string' && /^[\w-]{1,32}$/.test(value),
      ),
      'oidc',
    ),
    scopes: orElse(
      list(
        is<string>('a scope', (value) => typeof value === 'string' && /^[!#-[\]-~]+$/.test(value)),
        'a list of scopes, such as ["openid", "email"]',
      ),
      ['openid', 'profile', 'email'],
    ),
    parameters: orElse(parameters, {}),
    userInfo: orElse(flag, false),
    schema: optional(is<object>('a schema (Standard Schema)', isStandard)),
    onLogin: optional(callback('(claims, ctx) that is called at each login')),
    load: optional(callback('(claims, ctx) that returns the user')),
    store: optional(store),
    backchannelLogout: orElse(flag, false),
    idTokenHint: orElse(flag, false),
    home: orElse(path, '/'),
    afterLogout: orElse(path, '/'),
    attemptTimeout: orElse(milliseconds(1000), 600_000),
    clockTolerance: orElse(milliseconds(0), 5000),
    timeout: orElse(milliseconds(1), 5000),
  },
  'an object of options, such as { issuer, clientId, clientSecret, redirectUri, session, secret }',
  (given, _path, report) => {
    if (Array.isArray(given['scopes']) && !given['scopes'].includes('openid')) {
      report('scopes', given['scopes'], 'a list with "openid", without which nobody is identified');
    }
    for (const name of ['backchannelLogout', 'idTokenHint']) {
      if (given[name] === true && given['store'] === undefined) {
        report('store', undefined, `a store, which \`${name}\` needs`);
      }
    }
  },
);

/** The options with all defaults filled in. */
export type ResolvedOptions = ReturnType<typeof shape>;

// A secret may be in the place of any other value, under a mistyped name perhaps.
const HIDDEN =
  /^(?!issuer|redirectUri|name$|scopes|home|afterLogout|userInfo|clientAuthentication|store$|session$)/;

/** @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists every problem, and shows no value that may be a secret */
export function resolveOptions(given: unknown): ResolvedOptions {
  const masking: typeof shape = (value, where, report) =>
    shape(value, where, (at, received, ...rest) => {
      const isShown = received === undefined || !HIDDEN.test(at) || typeof received !== 'string';
      report(at, isShown ? received : '(hidden)', ...rest);
    });
  return checkBuiltIn('oidc', masking, given);
}

function isStandard(value: unknown): boolean {
  const isThing = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isThing && '~standard' in value;
}
