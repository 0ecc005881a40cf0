import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

import { checkOptions, is, isInteger, options as shapeOf, orElse } from '@blaizejs/errors/internal';

import { isAffordable, readHash, type ScryptCost, writeHash } from './phc.ts';
import { TaskQueue } from './task-queue.ts';

/** What a password hash costs: OWASP's choices for scrypt. A larger `ln` takes more memory, a larger `p` more time. */
export interface PasswordCost {
  /** The binary logarithm of scrypt's N. Each hash takes `128 · r · 2^ln` bytes while it is computed. Default: 15, 32 MiB. */
  readonly ln?: number | undefined;
  /** Scrypt's block size. Default: 8. */
  readonly r?: number | undefined;
  /** How often scrypt runs, one after the other. Default: 3. */
  readonly p?: number | undefined;
}

/** The options of {@link verifyPassword}. */
export interface VerifyOptions {
  /** Takes the check out of the queue, `ctx.request.signal` for example. */
  readonly signal?: AbortSignal | undefined;
}

const SALT_SIZE = 16;
const KEY_SIZE = 32;
// Node has four threads for scrypt, files and host names: two stay free. At most 64 MiB with the default cost.
const queue = new TaskQueue(2, 64);

const whole = (most: number) =>
  is<number>(`a whole number from 1 to ${most}`, (value) => isInteger(value, 1, most));
const check = shapeOf(
  { ln: orElse(whole(20), 15), r: orElse(whole(32), 8), p: orElse(whole(64), 3) },
  'an object of options, such as { ln: 17, p: 1 }',
  (given, path, report) => {
    const cost = { ln: Number(given['ln'] ?? 15), r: Number(given['r'] ?? 8), p: Number(given['p'] ?? 3) };
    if (!isAffordable(cost)) report(path, given, 'a cost that takes at most 1 GiB: 128 · r · 2^ln bytes');
  },
);

// An unknown user costs what the last known one did.
let seen: ScryptCost = checkOptions(check, {});
const NOBODY = randomBytes(SALT_SIZE);
const NOBODY_KEY = randomBytes(KEY_SIZE);

/**
 * Hashes a password with scrypt and a random salt, for storage. Two hashes are computed at a time, in threads, and 64 may
 * wait; so a flood of sign-ups takes neither all memory nor all threads.
 *
 * @returns a PHC string, which `verifyPassword()` takes: `$scrypt$ln=15,r=8,p=3$salt$hash`
 * @throws ConfigurationError if the cost is not valid; TypeError if the password is no string; ServiceUnavailableError (503) `ERR_BLAIZE_AUTH_BUSY` if too many wait
 */
export async function hashPassword(password: string, cost: PasswordCost = {}): Promise<string> {
  assertText(password);
  const checked = checkOptions(check, cost, 'hashPassword()');
  const salt = randomBytes(SALT_SIZE);
  const key = await queue.run(() => derive(password, salt, checked, KEY_SIZE));
  return writeHash({ ...checked, salt, key });
}

/**
 * Whether a password is the one that was hashed. Compares in constant time, and waits in the same queue as
 * {@link hashPassword}.
 *
 * @param hash what `hashPassword()` returned, or `undefined` for an unknown user: that takes as long, and is false
 * @throws BlaizeError `ERR_BLAIZE_AUTH_PASSWORD_HASH` if `hash` is no such hash; ServiceUnavailableError (503)
 * `ERR_BLAIZE_AUTH_BUSY` if too many wait
 */
export async function verifyPassword(
  password: string,
  hash: string | undefined,
  { signal }: VerifyOptions = {},
): Promise<boolean> {
  assertText(password);
  const stored = hash === undefined ? undefined : readHash(hash);
  if (stored) seen = { ln: stored.ln, r: stored.r, p: stored.p };
  const { salt, key, ...cost } = stored ?? { ...seen, salt: NOBODY, key: NOBODY_KEY };
  const given = await queue.run(() => derive(password, salt, cost, key.length), signal);
  return timingSafeEqual(given, key) && stored !== undefined;
}

/** Whether a hash has another cost than you now ask for: hash the password again at the next sign-in. */
export function needsRehash(hash: string, cost: PasswordCost = {}): boolean {
  const { ln, r, p } = checkOptions(check, cost, 'needsRehash()');
  const stored = readHash(hash);
  return stored.ln !== ln || stored.r !== r || stored.p !== p;
}

/** A field that a form did not have, perhaps. Not the value: it may be a password. */
function assertText(password: unknown): void {
  if (typeof password === 'string') return;
  const came =
    password === null ? 'null' : password === undefined ? 'undefined' : `a value of type ${typeof password}`;
  throw new TypeError(`A password must be a string, not ${came}. Check what clients send with a schema.`);
}

function derive(password: string, salt: Buffer, { ln, r, p }: ScryptCost, size: number): Promise<Buffer> {
  const N = 2 ** ln;
  return new Promise((resolve, reject) => {
    // Keyboards differ in how they write the same character (RFC 8265 section 4.2.2).
    scrypt(password.normalize('NFC'), salt, size, { N, r, p, maxmem: 256 * r * (N + p) }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
