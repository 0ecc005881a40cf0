import { BlaizeError } from '@blaizejs/errors';

/** What scrypt costs. */
export interface ScryptCost {
  /** The binary logarithm of N: memory is `128 · r · 2^ln` bytes. */
  readonly ln: number;
  /** The block size. */
  readonly r: number;
  /** How often it runs, one after the other. */
  readonly p: number;
}

/** The parts of a password hash. */
export interface PasswordHash extends ScryptCost {
  readonly salt: Buffer;
  readonly key: Buffer;
}

const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{6,86})\$([A-Za-z0-9+/]{22,86})$/;

/** Whether scrypt may be run with that cost: in less than 1 GiB, and a bounded time. */
export function isAffordable({ ln, r, p }: ScryptCost): boolean {
  return [ln, r, p].every((each) => Number.isSafeInteger(each) && each >= 1) && ln <= 20 && r <= 32 && p <= 64
    ? 128 * r * 2 ** ln <= 2 ** 30
    : false;
}

/** Writes a password hash in the PHC string format. */
export function writeHash({ ln, r, p, salt, key }: PasswordHash): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(key)}`;
}

/** Reads a password hash. @throws BlaizeError `ERR_BLAIZE_AUTH_PASSWORD_HASH` if it is none, or costs too much */
export function readHash(hash: string): PasswordHash {
  const [, ln, r, p, salt, key] = PHC.exec(hash) ?? [];
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  if (salt === undefined || key === undefined || !isAffordable(cost)) {
    // Not the hash itself: what was stored may be a password.
    throw new BlaizeError(
      'ERR_BLAIZE_AUTH_PASSWORD_HASH',
      'The stored password hash is not one that hashPassword() makes ($scrypt$ln=15,r=8,p=3$…). Was the whole of it stored?',
    );
  }
  return { ...cost, salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
