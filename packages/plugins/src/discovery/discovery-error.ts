import { BlaizeError } from '@blaizejs/errors';

export function discoveryError(message: string, cause?: unknown): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_DISCOVERY', message, cause === undefined ? undefined : { cause });
}
