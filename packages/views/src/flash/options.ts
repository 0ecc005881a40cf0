import { type Check, checkBuiltIn, flag, options as shapeOf, orElse } from '@blaizejs/errors/internal';

/** The options of {@link flash}. */
export interface FlashOptions {
  /**
   * A secret of at least 32 bytes, such as `openssl rand -base64 32` prints. Messages are sealed with it: a client can neither
   * read nor forge them. To change it, give a list: the first seals, all of them open.
   */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /**
   * Whether browsers keep messages over TLS only; most of them also do so for `localhost`. Without it, the names of the cookies
   * have no `__Host-`. Default: true.
   */
  readonly secure?: boolean | undefined;
}

const MIN_SECRET = 32;

type Secret = string | Uint8Array;

const isSecret = (value: unknown): value is Secret =>
  (typeof value === 'string' || value instanceof Uint8Array) && Buffer.from(value).length >= MIN_SECRET;

const secrets: Check<readonly Secret[]> = (value, path, report) => {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  if (all.length > 0 && all.every(isSecret)) return all;
  const short = all.find((each) => !isSecret(each));
  // It is not shown: it may be a secret all the same.
  const shown = typeof short === 'string' ? `(${Buffer.byteLength(short)} bytes)` : short;
  report(
    path,
    shown,
    `a secret of at least ${MIN_SECRET} bytes, or a list of them`,
    'Make one with `openssl rand -base64 32`.',
  );
  return [];
};

const check = shapeOf(
  { secret: secrets, secure: orElse(flag, true) },
  'an object of options, such as { secret }',
);

/** @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists every problem */
export function resolveOptions(options: FlashOptions): ReturnType<typeof check> {
  return checkBuiltIn('flash', check, options);
}
