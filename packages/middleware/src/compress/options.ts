import {
  callback,
  type Check,
  is,
  isInteger,
  limit,
  list,
  oneOf,
  options,
  orElse,
} from '@blaizejs/errors/internal';

import { type Coding, hasCoding, LEVELS } from './coders.ts';
import { isCompressible } from './media-types.ts';

/** The options of `compress()`. */
export interface CompressOptions {
  /**
   * The codings that are used, best first: it decides between those that a client likes as much. `zstd` is left out if this Node
   * lacks it: before 22.15. Default: `['br', 'zstd', 'gzip', 'deflate']`.
   */
  readonly codings?: readonly Coding[] | undefined;
  /** Bytes below which an answer of known length is sent as it is. Default: 1 024. */
  readonly threshold?: number | undefined;
  /** Whether to compress answers of a media type, given in lower case without parameters. Default: {@link isCompressible}. */
  readonly types?: ((type: string) => boolean) | undefined;
  /**
   * The level of each coding, from fast to small: `br` 0 to 11, `zstd` 1 to 19, `gzip` and `deflate` 1 to 9.
   * Default: `{ br: 4, zstd: 3, gzip: 6, deflate: 6 }`.
   */
  readonly levels?: { readonly [Name in Coding]?: number | undefined } | undefined;
  /**
   * Answers that are compressed at the same time, piece by piece: streams, and what is larger than 32 KiB or so. Each takes up to 0.8 MB.
   * Above that, answers are sent as they are. Default: 1 000.
   */
  readonly maxStreams?: number | undefined;
}

const CODINGS = ['br', 'zstd', 'gzip', 'deflate'] as const satisfies Coding[];

const levelOf = (coding: Coding): Check<number> => {
  const { min, max, default: usual } = LEVELS[coding];
  const whole = `a whole number from ${min} to ${max}`;
  return orElse(
    is<number>(whole, (value) => isInteger(value, min, max)),
    usual,
  );
};

const codings: Check<readonly Coding[]> = (value, path, report) => {
  if (value === undefined) return CODINGS;
  const names = list(oneOf(...CODINGS), 'a list of codings')(value, path, report);
  if (names.every((name) => CODINGS.includes(name)) && !names.some(hasCoding)) {
    report(path, names.join(', '), 'at least one that this Node has');
  }
  return names;
};

const levels = options(
  {
    br: levelOf('br'),
    zstd: levelOf('zstd'),
    gzip: levelOf('gzip'),
    deflate: levelOf('deflate'),
  },
  'an object of levels, such as { br: 5 }',
);

/** Checks the options, and fills in the defaults. */
export const compressOptions = options(
  {
    codings,
    threshold: orElse(
      is<number>('a whole number of bytes', (value) => isInteger(value, 0, Number.MAX_SAFE_INTEGER)),
      1024,
    ),
    types: orElse(callback<(type: string) => boolean>(), isCompressible),
    levels: (value, path, report) => levels(value ?? {}, path, report),
    maxStreams: limit(1000),
  },
  'an object of options, such as { threshold: 2048 }',
);
