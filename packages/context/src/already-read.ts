import { BlaizeError } from '@blaizejs/errors';

/** The error for a body that can't be read a second time. @param how what has read it */
export function alreadyRead(how: string): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_BODY_READ',
    `The body of this request was already read by ${how}. Read it once and keep the result; ` +
      'bytes(), text() and json() may be combined.',
  );
}
