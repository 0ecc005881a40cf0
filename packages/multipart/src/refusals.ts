import { HttpError } from '@blaizejs/errors';

import type { Limits } from './limits.ts';

const TOO_MUCH: Readonly<Record<keyof Limits, (max: number, what: string) => string>> = {
  parts: (max) => `The form has more than ${max} parts`,
  fields: (max, what) => `The form has more than ${max} fields; ${what} is one too many`,
  files: (max, what) => `The form has more than ${max} files; ${what} is one too many`,
  nameSize: (max, what) => `A name in ${what} is longer than ${max} bytes`,
  headerSize: (max, what) => `The headers of ${what} are larger than ${max} bytes`,
  fieldSize: (max, what) => `The value of ${what} is larger than ${max} bytes`,
  fileSize: (max, what) => `The file in ${what} is larger than ${max} bytes`,
};

/** A part of a form, for messages: by its field, or by its number if that is not known. */
export interface Place {
  readonly number: number;
  readonly field?: string | undefined;
}

/** 400: the body is not valid `multipart/form-data`. */
export function malformed(problem: string, options?: ErrorOptions): HttpError {
  return new HttpError(400, `The body is not valid multipart/form-data: ${problem}`, {
    ...options,
    code: 'ERR_BLAIZE_MULTIPART_MALFORMED',
  });
}

/** 413: a form exceeds one of the limits. */
export function overLimit(limit: keyof Limits, max: number, place: Place): HttpError {
  const { number, field } = place;
  return new HttpError(413, `${TOO_MUCH[limit](max, describe(place))} (limit ${limit}).`, {
    code: 'ERR_BLAIZE_MULTIPART_LIMIT',
    details: { limit, max, ...(field === undefined ? { part: number } : { field }) },
    limit,
  });
}

/** 415: the content of a file is not what its type or name says. */
export function wrongType(field: string, declared: string, found: string | undefined): HttpError {
  const what = found === undefined ? 'something else' : found;
  return new HttpError(
    415,
    `The file in field ${quote(field)} is declared as ${declared}, but its content is ${what}.`,
    { code: 'ERR_BLAIZE_MULTIPART_TYPE', details: { field, declared, ...(found && { found }) } },
  );
}

/** `field "photo"`, or `part 3`. */
export function describe({ number, field }: Place): string {
  return field === undefined ? `part ${number}` : `field ${quote(field)}`;
}

function quote(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}
