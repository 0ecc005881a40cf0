import { ClientError } from './client-error.ts';

/**
 * Refuses options that do not exist.
 *
 * @param known their names, separated by spaces
 * @throws ClientError `ERR_BLAIZE_CLIENT_REQUEST`, with those that exist
 */
export function checkNames(options: object, known: string): void {
  for (const name of Object.keys(options)) {
    if (known.split(' ').includes(name)) continue;
    throw new ClientError(
      'ERR_BLAIZE_CLIENT_REQUEST',
      `Unknown option ${JSON.stringify(name)}; there are ${known}.`,
    );
  }
}
