import { type Check, is, isInteger, limit } from '@blaizejs/errors/internal';

/**
 * Upper bounds on the parts of a form. A request that exceeds one gets a 413 that names the limit and the field, while its
 * body still arrives. The route's `bodyLimit` holds for the whole body.
 */
export interface MultipartLimits {
  /** Parts of a form, fields and files together. Default: 256. */
  readonly parts?: number | undefined;
  /** Fields, which are the parts without a file name. Default: 256. */
  readonly fields?: number | undefined;
  /** Files, which are the parts with a file name, including those that were left empty. Default: 32. */
  readonly files?: number | undefined;
  /** Bytes of the name of a field, and of the name of a file. Default: 1 024. */
  readonly nameSize?: number | undefined;
  /** Bytes of the headers of one part. Default: 8 192. */
  readonly headerSize?: number | undefined;
  /** Bytes of the value of one field. Default: 65 536. */
  readonly fieldSize?: number | undefined;
  /** Bytes of one file. Default: what `bodyLimit` leaves. */
  readonly fileSize?: number | undefined;
}

/** The limits with their defaults. */
export type Limits = { readonly [Name in keyof MultipartLimits]-?: number };

/** The checks for each limit. */
export const limitShape: { [Name in keyof Limits]: Check<number> } = {
  parts: limit(256),
  fields: limit(256),
  files: limit(32),
  nameSize: limit(1024),
  headerSize: limit(8192),
  fieldSize: limit(65_536),
  fileSize: (value, path, report) => (value === undefined ? Infinity : aboveZero(value, path, report)),
};

const aboveZero = is<number>('a whole number above 0', (value) =>
  isInteger(value, 1, Number.MAX_SAFE_INTEGER),
);
