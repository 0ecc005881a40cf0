import {
  type Check,
  checkBuiltIn,
  flag,
  is,
  isInteger,
  isObject,
  isToken,
  MAX_TIMER,
  oneOf,
  optional,
  options as shapeOf,
  orElse,
  type Report,
} from '@blaizejs/errors/internal';
import type { KeyValueStore, Schema } from '@blaizejs/types';

import { store } from '../check-options.ts';
import { defaultName, type SessionCookie } from './cookie.ts';
import type { SessionStore } from './store-backend.ts';

/** The options of {@link session}. */
export interface SessionOptions<Data extends object> {
  /**
   * A secret of at least 32 bytes, such as `openssl rand -base64 32` prints. Without a `store`, the whole session is in the
   * cookie, sealed with it. With a `store`, it is optional, and hides the ids that are in the cookie.
   *
   * To change it, give a list: the first seals, all of them open. The old one may go after `idle` milliseconds.
   */
  readonly secret?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Where sessions are. The cookie then has only a random id, and the store only its hash. Default: in the cookie. */
  readonly store?: SessionStore | undefined;
  /**
   * Where the ids of ended sessions are kept if there is no `store`, so that copies of their cookies are worth nothing. Several
   * processes need a common one. Default: up to 10 000, in the memory of this process.
   */
  readonly revocations?: KeyValueStore | undefined;
  /** How the cookie is kept. Default: `__Host-session`, `Secure`, `HttpOnly`, `SameSite=Lax`, `Path=/`. */
  readonly cookie?: SessionCookie | undefined;
  /** Milliseconds after which a session ends if it is not used. Default: 1 800 000 (30 minutes), or `absolute` if that is less. */
  readonly idle?: number | undefined;
  /** Milliseconds after which it ends, however often it is used. Default: 43 200 000 (12 hours). */
  readonly absolute?: number | undefined;
  /**
   * Any Standard Schema of the data. It types the session, and reads what comes back: a session that an earlier release has
   * written and that does not fit any more is ignored.
   */
  readonly schema?: Schema<unknown, Data> | undefined;
  /** Milliseconds that a store may take, to read and to save. After that, the answer is a 503. Default: 3 000. */
  readonly storeTimeout?: number | undefined;
}

const MIN_SECRET = 32;
// The longest that browsers keep a cookie.
const MAX_AGE = 400 * 24 * 60 * 60 * 1000;
const SECRET = `a secret of at least ${MIN_SECRET} bytes, or a list of them`;

// A secret may be in the place of any other value.
const SHOWN = /^cookie\.(?:name|domain|path|sameSite)$/;
const IDLE = 30 * 60_000;
const ABSOLUTE = 12 * 60 * 60_000;

type Secret = string | Uint8Array;

const isSecret = (value: unknown): boolean =>
  (typeof value === 'string' || value instanceof Uint8Array) && Buffer.from(value).length >= MIN_SECRET;

const secrets: Check<readonly Secret[]> = (value, path, report) => {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  if (all.length > 0 && all.every(isSecret)) return all as Secret[];
  const short = all.find((each) => !isSecret(each));
  report(path, short, SECRET, 'Make one with `openssl rand -base64 32`.');
  return [];
};

const duration = is<number>(`a whole number of milliseconds, 1000 to ${MAX_AGE}`, (value) =>
  isInteger(value, 1000, MAX_AGE),
);

const cookie = shapeOf(
  {
    name: optional(is<string>('a name of letters, digits and -_.', isToken)),
    domain: optional(
      is<string>(
        'a host, such as "example.org"',
        (value) => typeof value === 'string' && /^[\w.-]+$/.test(value),
      ),
    ),
    path: optional(
      is<string>(
        'a path that begins with /',
        (value) => typeof value === 'string' && /^\/[^;\s]*$/.test(value),
      ),
    ),
    sameSite: optional(oneOf('strict', 'lax', 'none')),
    secure: optional(flag),
    partitioned: optional(flag),
  },
  "an object such as { sameSite: 'strict' }",
  checkPrefix,
);

const shape = shapeOf(
  {
    secret: optional(secrets),
    store: optional(store),
    revocations: optional(store),
    cookie: orElse(
      cookie,
      cookie({}, '', () => undefined),
    ),
    idle: optional(duration),
    absolute: orElse(duration, ABSOLUTE),
    schema: optional(is<Schema>('a Standard Schema', (value) => hasStandard(value))),
    storeTimeout: orElse(
      is<number>(`a whole number of milliseconds, 1 to ${MAX_TIMER}`, (value) =>
        isInteger(value, 1, MAX_TIMER),
      ),
      3_000,
    ),
  },
  'an object of options, such as { secret }',
  checkTogether,
);

/** The options with all defaults filled in. */
export type ResolvedOptions = ReturnType<typeof shape> & { readonly idle: number };

/** @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists every problem, and shows no value that may be a secret */
export function resolveOptions(given: unknown): ResolvedOptions {
  const checked = checkBuiltIn('session', masking(shape), given);
  return { ...checked, idle: checked.idle ?? Math.min(IDLE, checked.absolute) };
}

function masking<T>(check: Check<T>): Check<T> {
  return (value, path, report) =>
    check(value, path, (at, received, ...rest) => {
      report(at, SHOWN.test(at) ? received : masked(received, at), ...rest);
    });
}

function masked(value: unknown, path: string): unknown {
  if (typeof value === 'string') return `(${Buffer.byteLength(value)} bytes)`;
  if (value instanceof Uint8Array) return `(${value.length} bytes)`;
  return path === 'secret' && value !== undefined ? `(a value of type ${typeof value})` : value;
}

function hasStandard(value: unknown): boolean {
  const given = value as { readonly '~standard'?: unknown } | null | undefined;
  return (typeof value === 'object' || typeof value === 'function') && isObject(given?.['~standard']);
}

// RFC 6265bis section 4.1.3: browsers drop a cookie that does not keep what its prefix promises.
function checkPrefix(given: Readonly<Record<string, unknown>>, path: string, report: Report): void {
  const { name = defaultName(given), domain, path: at = '/', secure = true, sameSite, partitioned } = given;
  const prefix = /^__(?:Host|Secure)-/i.exec(String(name))?.[0];
  if (prefix && secure !== true) {
    report(`${path}.secure`, secure, `true, since browsers require it for the prefix ${prefix}`);
  }
  if (prefix?.toLowerCase() === '__host-') {
    const why = `since browsers require it for the prefix ${prefix}`;
    if (domain !== undefined) report(`${path}.domain`, domain, `no domain, ${why}`);
    if (at !== '/') report(`${path}.path`, at, `"/", ${why}`);
  }
  if (secure !== true && sameSite === 'none') {
    report(
      `${path}.sameSite`,
      sameSite,
      '"lax" or "strict", since browsers accept "none" only with `secure`',
    );
  }
  if (secure !== true && partitioned === true) {
    report(`${path}.partitioned`, partitioned, 'false, since browsers accept it only with `secure`');
  }
}

function checkTogether(given: Readonly<Record<string, unknown>>, _path: string, report: Report): void {
  const { secret, store: ownStore, revocations, idle, absolute = ABSOLUTE } = given;
  if (secret === undefined && ownStore === undefined) report('secret', secret, `${SECRET}, or a \`store\``);
  if (revocations !== undefined && ownStore !== undefined) {
    report('revocations', revocations, 'nothing, since a `store` ends sessions by itself');
  }
  if (isInteger(idle, 1000, MAX_AGE) && isInteger(absolute, 1000, MAX_AGE) && idle > absolute) {
    report('idle', idle, `no more than \`absolute\`, ${absolute}`);
  }
}
