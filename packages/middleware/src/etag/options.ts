import { flag, is, isInteger, options, orElse } from '@blaizejs/errors/internal';

/** The options of `etag()`. */
export interface EtagOptions {
  /** Whether the tags are weak: clients may then not continue a download by them. Default: false. */
  readonly weak?: boolean | undefined;
  /** Bytes of the largest answer that gets a tag. Each is hashed for each request. Default: 1 048 576. */
  readonly maxSize?: number | undefined;
}

/** Checks the options, and fills in the defaults. */
export const etagOptions = options(
  {
    weak: orElse(flag, false),
    maxSize: orElse(
      is<number>('a whole number of bytes', (value) => isInteger(value, 0, Number.MAX_SAFE_INTEGER)),
      1_048_576,
    ),
  },
  'an object of options, such as { weak: true }',
);
