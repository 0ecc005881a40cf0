import type { Check } from '@blaizejs/errors/internal';

/** A secret as options take it. */
export type Secret = string | Uint8Array;

const MIN_BYTES = 32;

const isSecret = (value: unknown): value is Secret =>
  (typeof value === 'string' || value instanceof Uint8Array) && Buffer.from(value).length >= MIN_BYTES;

/** Checks a secret, or a list of them of which the first is the current one. Does not show what it refuses. */
export const secrets: Check<readonly Secret[]> = (value, path, report) => {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  if (all.length > 0 && all.every(isSecret)) return all;
  const short = all.length === 0 ? value : all.find((each) => !isSecret(each));
  // It may be a secret all the same.
  const shown = typeof short === 'string' ? `(${Buffer.byteLength(short)} bytes)` : short;
  report(
    path,
    shown,
    `a secret of at least ${MIN_BYTES} bytes, or a list of them`,
    'Make one with `openssl rand -base64 32`.',
  );
  return [];
};
