import { BlaizeError, ServiceUnavailableError } from '@blaizejs/errors';

/** The store can't be asked: 503. Whether the client has a session is not known, so it is not told that it has none. */
export function storeFailed(what: string, cause?: unknown): ServiceUnavailableError {
  return new ServiceUnavailableError(`The store of sessions ${what}.`, {
    code: 'ERR_BLAIZE_SESSION_STORE',
    ...(cause !== undefined && { cause }),
  });
}

/** A change that would be lost. */
export function changedTooLate(): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_SESSION_SENT',
    'The session was changed after its answer was sent, so the change could not be saved. ' +
      'Change it before the handler and all middleware have ended, and before a stream begins.',
  );
}

/** @param what names the key, never the value */
export function unusableValue(what: string): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_SESSION_VALUE', what);
}

/** @param data names the largest value */
export function tooLarge(length: number, room: number, data: ReadonlyMap<string, string>): BlaizeError {
  const [key = '', text = ''] = [...data].sort(([, a], [, b]) => b.length - a.length)[0] ?? [];
  return new BlaizeError(
    'ERR_BLAIZE_SESSION_TOO_LARGE',
    `The session takes ${length} characters as a cookie; there is room for ${room}, since browsers drop cookies above ` +
      `4096 bytes. The largest value is "${key}" (${text.length} characters). Keep less in it, or give session() a store.`,
  );
}
