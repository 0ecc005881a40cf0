import { checkBuiltIn, flag, options as shapeOf, orElse } from '@blaizejs/errors/internal';
import { secrets } from '@blaizejs/middleware/internal';

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

const check = shapeOf(
  { secret: secrets, secure: orElse(flag, true) },
  'an object of options, such as { secret }',
);

/** @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists every problem */
export function resolveOptions(options: FlashOptions): ReturnType<typeof check> {
  return checkBuiltIn('flash', check, options);
}
