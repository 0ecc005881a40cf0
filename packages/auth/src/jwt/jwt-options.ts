import { createPublicKey, createSecretKey, type JsonWebKeyInput, KeyObject } from 'node:crypto';

import {
  callback,
  type Check,
  is,
  isInteger,
  isObject,
  list,
  MAX_TIMER,
  optional,
  options as shapeOf,
  orElse,
  text,
} from '@blaizejs/errors/internal';

import { commonShape, checkOneOf } from '../check-options.ts';
import { ALGORITHMS, algorithmsFor, ASYMMETRIC, type JwtAlgorithm } from './algorithms.ts';
import type { KeyServerSettings } from './key-server.ts';

const milliseconds = is<number>('a whole number of milliseconds', (value) => isInteger(value, 0, MAX_TIMER));
const atLeast1 = is<number>('a whole number of milliseconds above 0', (value) =>
  isInteger(value, 1, MAX_TIMER),
);

const SECRET = 'a secret of at least 32 bytes, as text or bytes';
const PUBLIC = 'a public key: PEM text, a JWK or a KeyObject; for RSA with at least 2048 bits';
const URL_FORM = 'an https: URL (http: only for localhost)';

const secret: Check<KeyObject | undefined> = (value, path, report) => {
  const key = toSecret(value);
  if (!key || algorithmsFor(key).length === 0) {
    const suggestion = isPem(value)
      ? 'A public key belongs in `publicKey`.'
      : 'Make one with `openssl rand -base64 32`.';
    report(path, value === '' ? undefined : '(hidden)', SECRET, suggestion);
  }
  return key;
};

const publicKey: Check<KeyObject | undefined> = (value, path, report) => {
  const key = toPublic(value);
  if (!key || algorithmsFor(key).length === 0) report(path, '(hidden)', PUBLIC);
  return key;
};

const url: Check<URL> = (value, path, report) => {
  const isUrl = value instanceof URL || (typeof value === 'string' && URL.canParse(value));
  const parsed = new URL(isUrl ? String(value) : 'https://invalid');
  if (!isUrl || !isSafe(parsed)) report(path, value, URL_FORM);
  return parsed;
};

const settings = shapeOf(
  {
    url,
    cooldown: orElse(atLeast1, 1000),
    maxAge: orElse(atLeast1, 600_000),
    maxStale: orElse(milliseconds, 86_400_000),
    timeout: orElse(atLeast1, 5000),
  },
  `${URL_FORM}, or { url, cooldown, … }`,
);

const jwks: Check<KeyServerSettings> = (value, path, report) =>
  isObject(value) && !(value instanceof URL)
    ? settings(value, path, report)
    : settings({ url: value }, path, (_where, ...rest) => {
        report(path, ...rest);
      });

const algorithm = is<JwtAlgorithm>(`one of ${ALGORITHMS.join(', ')}`, (value) =>
  ALGORITHMS.includes(value as JwtAlgorithm),
);
const name = text('a text');

/** Checks the options of `jwtAuth()`. No problem shows a value that may be a secret, under a mistyped name perhaps. */
export const checkJwtOptions: typeof shape = (value, path, report) =>
  shape(value, path, (where, received, ...rest) => {
    report(where, SHOWN.test(where) || received === undefined ? received : '(hidden)', ...rest);
  });

const SHOWN = /^(?:realm|optional|scheme|jwks|algorithms|issuer|audience|type|clockTolerance)\b/;

const shape = shapeOf(
  {
    ...commonShape,
    secret: optional(oneOrMore(secret, SECRET)),
    publicKey: optional(oneOrMore(publicKey, PUBLIC)),
    jwks: optional(jwks),
    algorithms: optional(nonEmpty(algorithm, 'a list of algorithms')),
    issuer: optional(oneOrMore(name, 'a text, or a list of texts')),
    audience: optional((value, path, report) =>
      value === false ? false : oneOrMore(name, 'a text, a list of texts, or false')(value, path, report),
    ),
    type: optional(name),
    clockTolerance: orElse(milliseconds, 5000),
    schema: optional(is<object>('a schema (Standard Schema)', isStandard)),
    load: optional(callback('(claims, ctx) that returns the user')),
  },
  'an object of options, such as { jwks, issuer, audience }',
  (given, path, report) => {
    checkOneOf(given, ['secret', 'publicKey', 'jwks'], path, report);
    if (given['jwks'] !== undefined) {
      // The keys of a server sign tokens for others too.
      if (given['issuer'] === undefined) report('issuer', undefined, 'the issuer of the tokens');
      if (given['audience'] === undefined) {
        report('audience', undefined, 'the name of this API in tokens; false if they have none');
      }
    }
    checkAlgorithms(given, (received, expected) => report('algorithms', received, expected));
  },
);

/** The algorithms have to fit the keys: no secret is a public key (CVE-2015-9235). */
function checkAlgorithms(
  given: Readonly<Record<string, unknown>>,
  report: (received: unknown, expected: string) => void,
): void {
  const { algorithms } = given;
  if (!Array.isArray(algorithms)) return;
  const named = algorithms as JwtAlgorithm[];
  const keys = [
    ...asList(given['secret']).map((value) => toSecret(value)),
    ...asList(given['publicKey']).map((value) => toPublic(value)),
  ].filter((key) => key !== undefined);
  const fitting = given['jwks'] === undefined ? keys.map((key) => algorithmsFor(key)) : [ASYMMETRIC];
  for (const each of named) {
    if (ALGORITHMS.includes(each) && !fitting.some((list) => list.includes(each))) {
      report(each, `one that fits the keys: ${[...new Set(fitting.flat())].join(', ')}`);
    }
  }
  for (const list of fitting) {
    if (list.length > 0 && !named.some((each) => list.includes(each))) {
      report(named.join(', '), `one for each key, also of ${list.join(', ')}`);
    }
  }
}

function toSecret(value: unknown): KeyObject | undefined {
  if (value instanceof KeyObject) return value.type === 'secret' ? value : undefined;
  // A public key is known to everybody.
  if (typeof value === 'string' && !isPem(value)) return createSecretKey(value, 'utf8');
  return value instanceof Uint8Array ? createSecretKey(value) : undefined;
}

function isPem(value: unknown): boolean {
  return typeof value === 'string' && /^\s*-----BEGIN/.test(value);
}

function toPublic(value: unknown): KeyObject | undefined {
  try {
    if (value instanceof KeyObject) {
      if (value.type === 'secret') return undefined;
      return value.type === 'private' ? createPublicKey(value) : value;
    }
    if (typeof value === 'string') return createPublicKey(value);
    return isObject(value)
      ? createPublicKey({ key: value as JsonWebKeyInput['key'], format: 'jwk' })
      : undefined;
  } catch {
    return undefined;
  }
}

function isSafe({ protocol, hostname, username }: URL): boolean {
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return (protocol === 'https:' || (protocol === 'http:' && isLocal)) && username === '';
}

function isStandard(value: unknown): boolean {
  const isThing = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isThing && '~standard' in value;
}

function asList(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function oneOrMore<T>(check: Check<T>, expected: string): Check<readonly T[]> {
  const many = nonEmpty(check, expected);
  return (value, path, report) =>
    Array.isArray(value) ? many(value, path, report) : [check(value, path, report)];
}

function nonEmpty<T>(check: Check<T>, expected: string): Check<readonly T[]> {
  const any = list(check, expected);
  return (value, path, report) => {
    if (Array.isArray(value) && value.length === 0) report(path, value, expected);
    return any(value, path, report);
  };
}
